/** The duplex channel to Python. When it ends, Python is gone, and so is the reason for this process and its children. */

import net from 'node:net';
import { FrameDecoder, encode } from '../protocol.mjs';

/** @typedef {import('../protocol.mjs').Header} Header */

export class Link {
  #socket;
  #decoder = new FrameDecoder();

  /** @param {number} fd @param {(header: Header, buffers: Buffer[]) => void} receive */
  constructor(fd, receive) {
    this.#socket = new net.Socket({ fd, readable: true, writable: true });
    this.#socket.on('data', (data) => {
      for (const { header, buffers } of this.#decoder.receiveData(data)) receive(header, buffers);
    });
    this.#socket.on('error', endProcessGroup);
    this.#socket.on('close', endProcessGroup);
    this.#socket.on('end', endProcessGroup);
  }

  /** @param {Header} header @param {Uint8Array[]} [buffers] */
  send(header, buffers) {
    this.#socket.write(encode(header, buffers));
  }
}

/** SIGKILL to the whole process group: the main thread may be in a loop, and children must not outlive their notebook. */
function endProcessGroup() {
  try {
    process.kill(-process.pid, 'SIGKILL');
  } catch {
    // Not a group leader: started by hand, say.
  }
  process.kill(process.pid, 'SIGKILL');
}
