// Opens the browser's own print dialogue on a page that was asked for in order to be printed.
window.addEventListener("load", () => window.print());
