// The names that the panel's source has, each list asked for once: metrics, what is said of them, labels and their values.

export const namesAt = (url) => {
  const known = new Map();
  const ask = async (address) => {
    const answer = await fetch(address, { credentials: "same-origin", headers: { Accept: "application/json" } });
    return answer.ok ? answer.json() : { names: [], failed: true };
  };
  return (what, parameters = {}) => {
    const address = `${url}?${new URLSearchParams({ what, ...parameters })}`;
    if (!known.has(address)) {
      const asked = ask(address).catch(() => ({ names: [], failed: true }));
      known.set(address, asked);
      asked.then(({ failed }) => failed && known.delete(address)); // it may be there again later
    }
    return known.get(address);
  };
};
