"use strict";

// Three views, chosen by the fragment:
//   #/qrlogin?nonce=N         confirm a QR code
//   #/login?next=P            log in, then go to #P
//   #/login/?code=C&next=P    log in with a code of WeCom, then go to #P
// Text from the server goes in as text only.

const TOKEN = "token";
const ACCOUNT = "account";
const part = (id) => document.getElementById(id);

/** Shows one view, or none, and a message. */
function show(view, message) {
  for (const id of ["confirm", "login"]) part(id).hidden = id !== view;
  part("message").textContent = message ?? "";
}

/** Calls the server and keeps the fresh token of its answer. What cannot be reached is answered like a refusal. */
async function call(method, path, body) {
  const headers = {};
  const token = sessionStorage.getItem(TOKEN);
  if (token) headers.Authorization = `Bearer ${token}`;
  if (body) headers["Content-Type"] = "application/json";
  try {
    const answer = await fetch(path, { method, headers, body: body && JSON.stringify(body), cache: "no-store" });
    const fresh = answer.headers.get("Authorization");
    if (fresh) sessionStorage.setItem(TOKEN, fresh.replace(/^Bearer /, ""));
    if (answer.status === 401) forget();
    return { http: answer.status, ...(await answer.json()) };
  } catch {
    return { http: 0, status: "error", message: "网络异常，请稍后再试", data: null };
  }
}

function forget() {
  sessionStorage.removeItem(TOKEN);
  sessionStorage.removeItem(ACCOUNT);
}

function remember(holder) {
  sessionStorage.setItem(TOKEN, holder.token);
  sessionStorage.setItem(ACCOUNT, `${holder.user.name}（${holder.user.username}）`);
}

/** Replaces the fragment, so that going back does not repeat a step. */
function go(fragment) {
  history.replaceState(null, "", `#${fragment}`);
  route();
}

function loginFirst(here) {
  go(`/login?next=${encodeURIComponent(here)}`);
}

/** A place within this page: it starts with a slash. */
function place(next) {
  return next && next.startsWith("/") ? next : null;
}

async function qrlogin(query, here) {
  if (!sessionStorage.getItem(TOKEN)) return loginFirst(here);
  show(null, "请稍候…");
  const limits = await call("GET", "/api/limits");
  if (limits.http === 401) return loginFirst(here);
  if (limits.status !== "ok") return show(null, limits.message);
  if (!limits.data.perms["/qrlogin/*"]) return show(null, "无权访问资源");

  const nonce = query.get("nonce");
  const scanned = await call("POST", "/api/confirmqrlogin", { nonce, login: false });
  if (scanned.http === 401) return loginFirst(here);
  if (scanned.status !== "ok") return show(null, scanned.message);
  part("account").textContent = sessionStorage.getItem(ACCOUNT) ?? "";
  for (const key of ["ip", "agent", "at"]) part(`client-${key}`).textContent = scanned.client?.[key] || "未知";
  show("confirm");

  const decide = (body, done) => async () => {
    part("yes").disabled = part("no").disabled = true;
    const answer = await call("POST", "/api/confirmqrlogin", { nonce, ...body });
    part("yes").disabled = part("no").disabled = false;
    if (answer.http === 401) return loginFirst(here);
    show(null, answer.status === "ok" ? done : answer.message);
  };
  part("yes").onclick = decide({ login: true }, "登录成功");
  part("no").onclick = decide({ cancel: true }, "已取消登录");
}

function loginForm(query) {
  const next = place(query.get("next"));
  const wecom = `/api/wxcode?next=${encodeURIComponent(next ?? "/")}`;
  if (/MicroMessenger|wxwork/i.test(navigator.userAgent)) return location.replace(wecom);
  show("login");
  part("wecom").href = wecom;
  part("username").focus();
  part("login").onsubmit = async (event) => {
    event.preventDefault();
    const answer = await call("POST", "/api/login", {
      username: part("username").value,
      password: part("password").value,
    });
    if (answer.status !== "ok") return show("login", answer.message);
    part("password").value = "";
    remember(answer.data);
    if (next) go(next);
    else show(null, "登录成功");
  };
}

async function codelogin(query) {
  const next = place(query.get("next"));
  show(null, "请稍候…");
  const answer = await call("POST", "/api/codelogin", { code: query.get("code") });
  if (answer.status !== "ok") return show(null, answer.message);
  remember(answer.data);
  if (next) go(next);
  else show(null, "登录成功");
}

function route() {
  const here = location.hash.slice(1);
  const mark = here.indexOf("?");
  const path = mark < 0 ? here : here.slice(0, mark);
  const query = new URLSearchParams(mark < 0 ? "" : here.slice(mark + 1));
  if (path === "/qrlogin") return qrlogin(query, here);
  if (path === "/login/" && query.get("code")) return codelogin(query);
  if (path === "/login" || path === "/login/") return loginForm(query);
  return show(null, sessionStorage.getItem(TOKEN) ? "请扫描电脑上的二维码" : "请用手机扫描电脑上的二维码");
}

addEventListener("hashchange", route);
route();
