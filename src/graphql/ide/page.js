// Puts GraphiQL on the page. A token that a login answers is kept for this browser tab and sent with what follows.

(async () => {
  const { createElement } = window.React;
  const endpoint = window.location.pathname;
  const examples = document.currentScript ?? document.querySelector('script[data-examples]');
  const session = window.sessionStorage;

  const showSession = () => {
    const token = session.getItem('token');
    document.getElementById('session').hidden = !token;
    document.getElementById('who').textContent = token ? `Logged in as ${session.getItem('who') ?? 'somebody'}.` : '';
  };
  const forget = () => {
    session.removeItem('token');
    session.removeItem('who');
    showSession();
  };
  document.getElementById('forget').addEventListener('click', forget);
  showSession();

  // A login answers a payload with a token and its viewer.
  const notice = (answer) => {
    const payload = Object.values(answer.data ?? {}).find((field) => typeof field?.token === 'string');
    if (payload) {
      session.setItem('token', payload.token);
      session.setItem('who', payload.viewer?.name ?? payload.viewer?.username ?? payload.viewer?.uniqueId ?? 'somebody');
      showSession();
    }
    return answer;
  };

  const send = (parameters, headers, accept, signal) => {
    const token = session.getItem('token');
    return fetch(endpoint, {
      method: 'POST',
      headers: {
        ...(token ? { Authorization: `Bearer ${token}` } : {}),
        ...headers,
        'Content-Type': 'application/json',
        Accept: accept,
      },
      body: JSON.stringify(parameters),
      signal,
    });
  };

  async function* events(parameters, headers) {
    const abort = new AbortController();
    try {
      const response = await send(parameters, headers, 'text/event-stream', abort.signal);
      if (!response.headers.get('content-type')?.startsWith('text/event-stream')) {
        yield await response.json();
        return;
      }
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      let text = '';
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        const parts = (text + value).split('\n\n');
        text = parts.pop();
        for (const part of parts) {
          const lines = part.split('\n');
          if (lines.includes('event: complete')) return;
          const data = lines.filter((line) => line.startsWith('data: ')).map((line) => line.slice(6));
          if (data.length > 0) yield JSON.parse(data.join('\n'));
        }
      }
    } finally {
      abort.abort();
    }
  }

  const isSubscription = (document, name) =>
    document?.definitions.some(
      (definition) =>
        definition.kind === 'OperationDefinition' &&
        definition.operation === 'subscription' &&
        (!name || definition.name?.value === name),
    ) ?? false;

  const fetcher = (parameters, options) => {
    const headers = options?.headers ?? {};
    if (isSubscription(options?.documentAST, parameters.operationName)) {
      return events(parameters, headers);
    }
    const ask = async () => {
      const response = await send(parameters, headers, 'application/graphql-response+json, application/json;q=0.9');
      // The token that was kept is of no use any more.
      if (response.status === 401 && session.getItem('token')) {
        forget();
        return ask();
      }
      return response.json();
    };
    return ask().then(notice);
  };

  const tabs = await fetch(examples.dataset.examples)
    .then((response) => response.text())
    // Every example begins with a comment after an empty line.
    .then((text) => text.trim().split(/\n\n(?=#)/).map((query) => ({ query: `${query}\n` })))
    .catch(() => []);

  window.ReactDOM.createRoot(document.getElementById('ide')).render(
    createElement(window.GraphiQL, { fetcher, defaultTabs: tabs, defaultEditorToolsVisibility: 'variables', shouldPersistHeaders: false }),
  );
})();
