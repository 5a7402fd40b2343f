/**
 * The main channel: everything a cell does that can be seen, written synchronously so that its order is the program's.
 */

import fs from 'node:fs';
import { encode } from '../protocol.mjs';

const writeSync = fs.writeSync;

/** The descriptor of the main channel; -1 until `openChannel`. */
let channel = -1;

/** @param {number} fd */
export function openChannel(fd) {
  channel = fd;
}

/**
 * Write one frame. Blocks while Python is behind: that is the back pressure of a loop that prints for ever.
 * @param {import('../protocol.mjs').Header} header
 * @param {Uint8Array[]} [buffers]
 */
export function send(header, buffers) {
  const frame = encode(header, buffers);
  let at = 0;
  while (at < frame.length) {
    try {
      at += writeSync(channel, frame, at, frame.length - at);
    } catch (error) {
      const { code } = /** @type {NodeJS.ErrnoException} */ (error);
      if (code === 'EAGAIN') continue;
      // Python is gone. The bridge sees that too, and ends the process; until then there is nobody to tell.
      if (code === 'EPIPE' || code === 'EBADF') return;
      throw error;
    }
  }
}
