// Bytes as people read them, in steps of 1,024 like the rest of the page: "4.2 MB".
export function sizeLabel(bytes) {
  if (bytes < 1024) return `${bytes} ${bytes === 1 ? "byte" : "bytes"}`;
  const step = Math.min(4, Math.floor(Math.log2(bytes) / 10));
  const value = (bytes / 1024 ** step).toFixed(1).replace(/\.0$/, "");
  return `${value} ${["", "KB", "MB", "GB", "TB"][step]}`;
}
