// The states of one upload, and what may be done in each.
//
//   waiting > hashing > signing > ready > sending <> pausing > finishing > sent > verifying > stored
//   stored > undoing > deleted: taken back
//   refused, cancelled and duplicate end it early; relayed: our own server has the bytes and stores them

export const PREPARING = ["hashing", "signing", "ready"]; // ahead of the lanes, so that these never stand idle
export const IN_LANE = ["sending", "pausing", "finishing", "relayed"];
export const ACTIVE = [...PREPARING, ...IN_LANE, "sent", "verifying"];
const CANCELLABLE = ["waiting", ...PREPARING, "sending", "pausing", "sent"]; // later it may be in the gallery
const ALL_SENT = ["finishing", "relayed", "sent", "verifying", "stored", "undoing"];

export const isActive = (job) => ACTIVE.includes(job.state);
export const isOpen = (job) => job.state === "waiting" || isActive(job);
export const isCancellable = (job) => CANCELLABLE.includes(job.state);
export const isRetryable = (job) => !job.final && ["refused", "cancelled", "deleted"].includes(job.state);
export const isDuplicate = (job) => job.state === "duplicate"; // not sent: the gallery or this list has the same file
export const needsReading = (job) => job.state === "refused" || isDuplicate(job);

// Stored, with a permanent address to hand on.
export const isLinked = (job) => job.state === "stored" && !!job.address;
export const linkOf = ({ address, name }) => ({ url: address, name });

// How much of the file has left this browser, from 0 to 1.
export const fractionSent = (job) =>
  ALL_SENT.includes(job.state) ? 1 : job.state === "sending" ? job.fraction : 0;
