// A table's page, order and search stand in the page's address, so that a copied link shows the same: as `<panel>.page`
// among others on a dashboard, as `page` where the panel stands alone.

const names = ["page", "sort", "order", "q"];

const write = () => {
  const address = new URL(location.href);
  for (const panel of document.querySelectorAll(".panel")) {
    const state = new URL(panel.getAttribute("hx-get"), location.origin).searchParams;
    for (const name of names) {
      const key = panel.closest(".grid") ? `${panel.dataset.panel}.${name}` : name;
      if (state.has(name)) address.searchParams.set(key, state.get(name));
      else address.searchParams.delete(key);
    }
  }
  if (address.href !== location.href) history.replaceState(history.state, "", address);
};

document.addEventListener("htmx:load", (event) => {
  if (event.detail.elt.matches?.(".panel, #toolbar")) write();
});
