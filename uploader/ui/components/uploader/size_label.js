const UNITS = ["KB", "MB", "GB", "TB"];

// Bytes as people read them, in steps of 1,024 and half up like `size_label` of uploader/limits.py: "4.2 MB".
export function sizeLabel(bytes) {
  if (bytes < 1024) return `${bytes} ${bytes === 1 ? "byte" : "bytes"}`;
  const tenths = (step) => Math.floor((bytes / 1024 ** step) * 10 + 0.5);
  let step = 1;
  while (step < UNITS.length && tenths(step) >= 10_240) step += 1;
  const [whole, tenth] = [Math.floor(tenths(step) / 10), tenths(step) % 10];
  return `${whole.toLocaleString("en")}${tenth ? `.${tenth}` : ""} ${UNITS[step - 1]}`;
}
