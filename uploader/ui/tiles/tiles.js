// One tile a stored image. Tiles are kept by their id, so a rerun touches nothing that did not change
// and the browser fetches no picture again.

const AGES = [
  [60, 1, "s"],
  [3600, 60, "min"],
  [86400, 3600, "h"],
]

function age(seconds) {
  if (seconds < 10) return "just now"
  for (const [limit, unit, name] of AGES) {
    if (seconds < limit) return `${Math.floor(seconds / unit)} ${name} ago`
  }
  const days = Math.floor(seconds / 86400)
  return days === 1 ? "yesterday" : `${days} days ago`
}

function when(at) {
  const date = new Date(at * 1000)
  const seconds = (Date.now() - date) / 1000
  const near = seconds < 30 * 86400
  return near ? age(seconds) : date.toLocaleDateString(undefined, { dateStyle: "medium" })
}

function fill(tile, item, open) {
  const image = tile.querySelector("img")
  const frame = tile.querySelector(".frame")
  if (image.getAttribute("src") !== item.src) {
    frame.classList.remove("loaded", "failed")
    image.onload = () => frame.classList.add("loaded")
    image.onerror = () => frame.classList.add("failed")
    image.src = item.src
  }
  const exact = new Date(item.at * 1000).toLocaleString()
  tile.querySelector(".name").textContent = item.name
  tile.querySelector(".size").textContent = item.size
  const time = tile.querySelector("time")
  time.textContent = when(item.at)
  time.dateTime = new Date(item.at * 1000).toISOString()
  time.title = exact
  const button = tile.querySelector("button")
  button.title = item.name
  button.setAttribute("aria-label", `Open ${item.name}, ${item.size}, uploaded ${exact}`)
  button.onclick = () => open(item.id)
}

export default function ({ data, parentElement, setTriggerValue }) {
  const grid = parentElement.querySelector(".grid")
  const template = parentElement.querySelector("template")
  grid.style.setProperty("--tile", `${data.minWidth}px`)
  const kept = new Map([...grid.children].map((tile) => [tile.dataset.id, tile]))
  const open = (id) => setTriggerValue("open", id)
  data.tiles.forEach((item, place) => {
    const tile = kept.get(item.id) ?? template.content.firstElementChild.cloneNode(true)
    kept.delete(item.id)
    tile.dataset.id = item.id
    fill(tile, item, open)
    if (grid.children[place] !== tile) grid.insertBefore(tile, grid.children[place] ?? null)
  })
  for (const gone of kept.values()) gone.remove()
}
