// Requests to the JSON API and to the builder's own doors, in the name of this page's session.

const headers = () => JSON.parse(document.body.getAttribute("hx-headers"));

const LONGEST_MS = 60_000; // what is not answered by then is lost

const LOST = { status: 0, detail: "The server cannot be reached." };

// Always an answer: `ok`, `status` and what was said; status 0 where nothing was.
export const ask = async (method, url, body, options = {}) => {
  const json = body !== undefined && !(body instanceof URLSearchParams);
  try {
    const answer = await fetch(url, {
      method,
      headers: { ...headers(), Accept: "application/json", ...(json ? { "Content-Type": "application/json" } : {}) },
      body: json ? JSON.stringify(body) : body,
      signal: AbortSignal.timeout(LONGEST_MS),
      ...options,
    });
    const said = await answer.json().catch(() => ({ detail: `The server answered ${answer.status}.` }));
    return { ok: answer.ok, status: answer.status, ...said };
  } catch (error) {
    return { ok: false, ...LOST, isAborted: error.name === "AbortError" };
  }
};

// Whose panels and dashboards: a tenant's, or the shared ones.
export const withTenant = (path, tenant, parameters = {}) =>
  `${path}?${new URLSearchParams({ ...(tenant ? { tenant_id: tenant } : {}), ...parameters })}`;
