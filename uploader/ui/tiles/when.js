// Moments as people say them, in the browser's own time zone.

const AGES = [
  [60, 1, "s"],
  [3600, 60, "min"],
  [86400, 3600, "h"],
]
const DAY_S = 86400

function age(seconds) {
  if (seconds < 10) return "just now"
  for (const [limit, unit, name] of AGES) {
    if (seconds < limit) return `${Math.floor(seconds / unit)} ${name} ago`
  }
  const days = Math.floor(seconds / DAY_S)
  return days === 1 ? "yesterday" : `${days} days ago`
}

function when(at) {
  const date = new Date(at * 1000)
  const seconds = (Date.now() - date) / 1000
  return seconds < 30 * DAY_S ? age(seconds) : date.toLocaleDateString("en-GB", { dateStyle: "medium" })
}

function dayOf(at) {
  const date = new Date(at * 1000)
  return new Date(date.getFullYear(), date.getMonth(), date.getDate())
}

function dayName(day) {
  const today = dayOf(Date.now() / 1000)
  const days = Math.round((today - day) / DAY_S / 1000)
  if (days === 0) return "Today"
  if (days === 1) return "Yesterday"
  const form = { weekday: "long", day: "numeric", month: "long" }
  if (day.getFullYear() !== today.getFullYear()) form.year = "numeric"
  return day.toLocaleDateString("en-GB", form)
}
