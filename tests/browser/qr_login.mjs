// From the QR code on the PC to the token, in headless Chromium, against a server with demo data:
//   node qr_login.mjs http://127.0.0.1:8080

import assert from "node:assert/strict";
import puppeteer from "puppeteer-core";

const server = process.argv[2];
assert.ok(server, "say where the server is");

/** What the PC does: plain calls. */
async function pc(method, path, body) {
  const answer = await fetch(server + path, { method, body: body && JSON.stringify(body) });
  return { state: answer.headers.get("x-qr-state"), ...(await answer.json()) };
}
const poll = (nonce) => pc("POST", "/api/qrlogin", { nonce });

const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu"],
});

/** A phone of its own, which reports everything that ought not to happen. */
async function phone(agent) {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  const wrong = [];
  page.on("console", (message) => wrong.push(message.text()));
  page.on("pageerror", (error) => wrong.push(String(error)));
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(server) && !url.startsWith("data:")) wrong.push(`asked ${url}`);
  });
  await page.setViewport({ width: 390, height: 844, isMobile: true, hasTouch: true });
  if (agent) await page.setUserAgent(agent);
  return { page, wrong };
}

const shown = (page, text) =>
  page.waitForFunction((text) => document.body.innerText.includes(text), { timeout: 10_000 }, text);
const message = (page) => page.$eval("#message", (element) => element.textContent);

async function scan(page, url) {
  // The fragment alone does not load a page anew.
  await page.goto("about:blank");
  await page.goto(url);
}

async function logIn(page, password) {
  await page.waitForSelector("#login:not([hidden])");
  await page.$eval("#username", (field) => (field.value = ""));
  await page.type("#username", "demo");
  await page.$eval("#password", (field) => (field.value = ""));
  await page.type("#password", password);
  await page.keyboard.press("Enter");
}

try {
  const { page, wrong } = await phone();
  const code = (await pc("GET", "/api/qrcode")).data;
  assert.equal((await poll(code.nonce)).state, "pending");

  // Whoever is not logged in logs in first, and comes back to the code.
  await scan(page, code.url);
  await page.waitForSelector("#login:not([hidden])");
  assert.equal(await page.evaluate(() => document.activeElement.id), "username");
  await logIn(page, "not the password");
  await shown(page, "账号或者密码有误");
  assert.equal((await poll(code.nonce)).state, "pending");
  await logIn(page, "testpw");
  await page.waitForSelector("#confirm:not([hidden])");
  assert.equal(await page.$eval("#account", (element) => element.textContent), "测试姓名（demo）");
  assert.equal(await page.$eval("#client-ip", (element) => element.textContent), "127.0.0.1");
  assert.match(await page.$eval("#client-at", (element) => element.textContent), /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
  assert.equal((await poll(code.nonce)).state, "scanned");

  // Everything can be found by its role and name.
  const tree = JSON.stringify(await page.accessibility.snapshot());
  for (const name of ["扫码登录", "是否在电脑上登录？", "确认登录", "取消"]) assert.ok(tree.includes(name), name);

  await page.tap("#yes");
  await shown(page, "登录成功");
  const confirmed = await poll(code.nonce);
  assert.equal(confirmed.state, "confirmed");
  assert.deepEqual(confirmed.data, confirmed.errors);
  assert.deepEqual(confirmed.data.user, { name: "测试姓名", username: "demo" });
  const headers = { Authorization: `Bearer ${confirmed.data.token}` };
  assert.equal((await fetch(`${server}/api/limits`, { headers })).status, 200);
  assert.equal((await poll(code.nonce)).state, "expired");
  const kept = await page.evaluate(() => sessionStorage.getItem("token"));
  assert.notEqual(kept, confirmed.data.token, "the PC has a session of its own");

  // Who is logged in confirms at once; a used code says so; cancelling ends a code.
  await scan(page, code.url);
  await shown(page, "二维码已失效，请刷新页面");
  const other = (await pc("GET", "/api/qrcode")).data;
  await scan(page, other.url);
  await page.waitForSelector("#confirm:not([hidden])");
  await page.tap("#no");
  await shown(page, "已取消登录");
  assert.equal((await poll(other.nonce)).state, "expired");

  // A token that has ended leads to the login again.
  await page.evaluate(() => sessionStorage.setItem("token", "ended"));
  const third = (await pc("GET", "/api/qrcode")).data;
  await scan(page, third.url);
  await page.waitForSelector("#login:not([hidden])");

  // What a link says is text and no markup, and leads nowhere else.
  await scan(page, `${server}/mobile.html#/login?next=${encodeURIComponent("//evil.example/<img src=x onerror=alert(1)>")}`);
  await logIn(page, "testpw");
  await page.waitForFunction(() => document.querySelector("#login").hidden);
  assert.ok((await page.url()).startsWith(`${server}/mobile.html`), await page.url());
  assert.equal(await message(page), "请扫描电脑上的二维码");
  // The refused token is all that a console tells of.
  assert.deepEqual(wrong.filter((text) => !text.includes("401")), []);

  // Within WeCom the way leads over WeCom's login.
  const inside = await phone("Mozilla/5.0 MicroMessenger/8 wxwork/4");
  const asked = inside.page.waitForRequest((request) => request.url().includes("/api/wxcode?next="));
  await scan(inside.page, third.url);
  assert.ok((await asked).url().endsWith(encodeURIComponent(`/qrlogin?nonce=${third.nonce}`)));

  const policy = (await fetch(`${server}/mobile.html`)).headers.get("content-security-policy");
  for (const rule of ["default-src 'none'", "connect-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"]) {
    assert.ok(policy.includes(rule) && !policy.includes("unsafe"), policy);
  }
  console.log("QR login in a browser: ok");
} finally {
  await browser.close();
}
