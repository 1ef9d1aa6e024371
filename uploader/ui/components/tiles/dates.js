// Moments as people say them, in the browser's own time zone.

const AGES = [
  [60, 1, "s"],
  [3600, 60, "min"],
  [86400, 3600, "h"],
];
const DAY_S = 86400;

function age(seconds) {
  if (seconds < 10) return "just now";
  const [, unit, name] = AGES.find(([limit]) => seconds < limit);
  return `${Math.floor(seconds / unit)} ${name} ago`;
}

// under a heading that names the day, the time alone says it
export function timeOf(at, isUnderItsDay) {
  const date = new Date(at * 1000);
  const seconds = (Date.now() - date) / 1000;
  const days = daysAgo(dayOf(at));
  if (seconds < DAY_S && (days === 0 || !isUnderItsDay)) return age(seconds);
  if (isUnderItsDay) return date.toLocaleTimeString("en-GB", { timeStyle: "short" });
  if (days < 30) return days === 1 ? "yesterday" : `${days} days ago`;
  return date.toLocaleDateString("en-GB", { dateStyle: "medium" });
}

function daysAgo(day) {
  return Math.round((dayOf(Date.now() / 1000) - day) / DAY_S / 1000);
}

export function dayOf(at) {
  const date = new Date(at * 1000);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate());
}

export function dayName(day) {
  const today = dayOf(Date.now() / 1000);
  const days = daysAgo(day);
  if (days === 0) return "Today";
  if (days === 1) return "Yesterday";
  const form = { weekday: "long", day: "numeric", month: "long" };
  if (day.getFullYear() !== today.getFullYear()) form.year = "numeric";
  return day.toLocaleDateString("en-GB", form);
}
