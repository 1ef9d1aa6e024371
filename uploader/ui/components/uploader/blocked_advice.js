// What an administrator can do where no byte reaches the bucket from here.

// The bucket's CORS rule that lets this page send, as S3's console takes it; `rule` is Python's, without origins.
export function corsRule(rule, pageOrigin) {
  return JSON.stringify([{ ...rule, AllowedOrigins: [pageOrigin] }], null, 2);
}

// `page` is the page's own location.
export function unreachableAdvice(bucketUrl, page) {
  const { hostname, origin, protocol } = new URL(bucketUrl);
  const isLocal = (name) => ["localhost", "127.0.0.1", "[::1]"].includes(name);
  if (isLocal(hostname) && !isLocal(page.hostname)) {
    return `The local store at ${origin} answers only on the machine that runs this app.`;
  }
  if (protocol === "http:" && page.protocol === "https:") {
    return `This page is https and the bucket's address ${origin} is not, so the browser blocks it. Give the bucket an
      https address.`;
  }
  return `No answer came from ${origin}. Look for a firewall, a proxy or a blocker in this browser.`;
}
