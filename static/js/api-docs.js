// The API's page is django-ninja's: its Swagger UI is dark where the root says so. Runs after theme-early.js has chosen.
(() => {
  const root = document.documentElement;
  root.classList.toggle("dark-mode", root.dataset.theme === "dark");
})();
