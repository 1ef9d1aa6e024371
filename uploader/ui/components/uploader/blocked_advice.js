// What to do when no byte can reach the bucket from here.

// The bucket's CORS rule that lets this page send, as S3's console takes it; `rule` is Python's, without origins.
export function corsRule(rule, pageOrigin) {
  return JSON.stringify([{ ...rule, AllowedOrigins: [pageOrigin] }], null, 2);
}

// `page` is the page's own location.
export function unreachableAdvice(bucketUrl, page) {
  const { hostname, origin, protocol } = new URL(bucketUrl);
  const isLocal = (name) => ["localhost", "127.0.0.1", "[::1]"].includes(name);
  if (isLocal(hostname) && !isLocal(page.hostname)) {
    return `The local store at ${origin} answers only on the machine that runs this app. Open this page there, or send
      through the app.`;
  }
  if (protocol === "http:" && page.protocol === "https:") {
    return `This page is https and the bucket's address ${origin} is not, so the browser blocks it. Send through the app,
      or give the bucket an https address.`;
  }
  return `No answer came from ${origin}. Check the network, a firewall or a blocker in this browser, or send through
    the app.`;
}
