// Shows the document of the legacy dialects. A token that a login answers is kept for this browser tab and sent with what follows.

(async () => {
  const PLACE = 'token';
  const session = window.sessionStorage;
  const who = document.getElementById('who');
  const forget = document.getElementById('forget');
  const nobody = who.textContent;

  const showSession = () => {
    const kept = session.getItem('legacy-token');
    who.textContent = kept ? `Calls are sent with the token of the last login, in place of “${PLACE}”.` : nobody;
    forget.hidden = !kept;
  };
  forget.addEventListener('click', () => {
    session.removeItem('legacy-token');
    showSession();
  });
  showSession();

  const parsed = (text) => {
    try {
      return JSON.parse(text);
    } catch {
      return undefined;
    }
  };

  // The example of a body has the key's own name in place of the token.
  const requestInterceptor = (request) => {
    const kept = session.getItem('legacy-token');
    const body = typeof request.body === 'string' ? parsed(request.body) : undefined;
    if (kept && body?.[PLACE] === PLACE) {
      request.body = JSON.stringify({ ...body, [PLACE]: kept }, null, 2);
    }
    return request;
  };
  const responseInterceptor = (response) => {
    const token = parsed(response.text)?.[PLACE];
    if (typeof token === 'string') {
      session.setItem('legacy-token', token);
      showSession();
    }
    return response;
  };

  const spec = await fetch('/api/openapi.json').then((response) => response.json());
  // A path that only points at another is the same endpoint once more.
  spec.paths = Object.fromEntries(Object.entries(spec.paths).filter(([, item]) => !item.$ref));

  window.SwaggerUIBundle({
    spec,
    domNode: document.getElementById('docs'),
    deepLinking: true,
    defaultModelsExpandDepth: -1,
    docExpansion: 'list',
    filter: true,
    tryItOutEnabled: true,
    validatorUrl: null,
    requestInterceptor,
    responseInterceptor,
  });
})();
