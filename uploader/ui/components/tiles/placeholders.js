// What stands where tiles will be: a page that is on its way has its shape at once, so that nothing jumps.

export function placeholders(count, template, take) {
  if (!count) return [];
  const day = take("blank day", () => document.createElement("div"));
  day.className = "day";
  const make = () => {
    const blank = template.content.firstElementChild.cloneNode(true);
    blank.className = "blank";
    blank.inert = true;
    for (const line of blank.querySelectorAll(".name, .facts")) line.textContent = "\u00a0";
    return blank;
  };
  return [day, ...Array.from({ length: count }, (_, place) => take(`blank ${place}`, make))];
}
