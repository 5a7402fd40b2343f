/** Slots of the Int32Array that main thread and bridge share. What they mean, and who writes them. */

/** Grows with each interrupt the main thread has seen. Main writes. */
export const INTERRUPT_SEEN = 0;
/** 1 while the main thread waits for a synchronous child process. Main writes. */
export const CHILD_WAIT = 1;
/** Grows with each input reply that lies in the input port. The bridge writes and notifies. */
export const INPUT = 2;
/** 1 while the bridge has an inspector session on the main thread. The bridge writes. */
export const INSPECTED = 3;
/** 1 when the bridge has let go of the main thread so that the process can exit. The bridge writes and notifies. */
export const RELEASED = 4;
/** Grows with each transform reply that lies in the transform port. The bridge writes and notifies. */
export const TRANSFORMED = 5;
/** The number of the last mark at which Python emptied fd 1 and 2. The bridge writes and notifies. */
export const DRAINED = 6;
export const SLOTS = 8;
