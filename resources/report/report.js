// Sorting, filtering and paging of the node table. Without scripts the page shows everything else.
(() => {
  "use strict";
  const data = JSON.parse(document.getElementById("nodes-data").textContent);
  const body = document.querySelector("#nodes tbody");
  const filter = document.getElementById("nodes-filter");
  const shown = document.getElementById("nodes-shown");
  const previous = document.getElementById("nodes-previous");
  const next = document.getElementById("nodes-next");
  const headers = [...document.querySelectorAll("#nodes th")];
  const pageSize = 200;
  const texts = data.rows.map((row) => row.join("\n").toLowerCase());
  let order = data.rows.map((_, index) => index);
  let page = 0;

  function draw() {
    const last = Math.min(order.length, (page + 1) * pageSize);
    const rows = document.createDocumentFragment();
    for (const index of order.slice(page * pageSize, last)) {
      const row = document.createElement("tr");
      if (data.rows[index][5] === "synthetic") row.className = "orphan";
      data.rows[index].forEach((value, column) => {
        const cell = document.createElement("td");
        cell.textContent = column === 4 ? value.toFixed(2) : value;
        if (column === 4) cell.className = "number";
        row.append(cell);
      });
      rows.append(row);
    }
    body.replaceChildren(rows);
    const first = order.length === 0 ? 0 : page * pageSize + 1;
    shown.textContent = `${first} to ${last} of ${order.length}`;
    previous.disabled = page === 0;
    next.disabled = last >= order.length;
  }

  function search() {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    order = data.rows.map((_, index) => index)
      .filter((index) => words.every((word) => texts[index].includes(word)));
    const sorted = headers.findIndex((header) => header.hasAttribute("aria-sort"));
    if (sorted >= 0) sort(sorted, headers[sorted].getAttribute("aria-sort") === "descending");
    page = 0;
    draw();
  }

  function sort(column, descending) {
    const sign = descending ? -1 : 1;
    const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
    order.sort((a, b) => sign * compare(data.rows[a][column], data.rows[b][column]) || a - b);
  }

  headers.forEach((header, column) => {
    header.querySelector("button").addEventListener("click", () => {
      const descending = header.getAttribute("aria-sort") === "ascending";
      for (const other of headers) other.removeAttribute("aria-sort");
      header.setAttribute("aria-sort", descending ? "descending" : "ascending");
      sort(column, descending);
      page = 0;
      draw();
    });
  });
  filter.addEventListener("input", search);
  previous.addEventListener("click", () => { page -= 1; draw(); });
  next.addEventListener("click", () => { page += 1; draw(); });
  draw();
})();
