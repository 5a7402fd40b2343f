/**
 * Frames exchanged with Python, and nothing else.
 *
 * This module does no I/O: bytes come in through `FrameDecoder.receiveData`, bytes go out as the return value of `encode`.
 * `engine/protocol.py` is its twin; both are tested against `tests/engine/frames.json`, so change all three together.
 *
 * Wire format of one frame: a little-endian uint32 with the number of bytes that follow, a little-endian uint32 with the
 * length of the header, the header (UTF-8 JSON, an object with a string `kind`), then raw buffers whose lengths the header
 * lists in `buffers`. The first frame in each direction is `hello` and carries `version`.
 */

import { BufferAllocUnsafe, BufferByteLength, BufferCopy, BufferUtf8Write, JSONStringify, ObjectSetPrototypeOf } from './primordials.mjs';

export const PROTOCOL_VERSION = 1;

/** The twin of `MAX_FRAME_BYTES` in protocol.py. */
export const MAX_FRAME_BYTES = 2 ** 30;

/** @typedef {{ kind: string, buffers?: number[], [field: string]: any }} Header */

/**
 * The bytes of one frame. Used on the main thread among user code, so it touches no prototype a user can change.
 * @param {Header} header  its prototype is taken away, so that no inherited `toJSON` can change what is sent
 * @param {Uint8Array[]} [buffers]
 * @returns {Buffer}
 */
export function encode(header, buffers) {
  ObjectSetPrototypeOf(header, null);
  let extra = 0;
  if (buffers !== undefined && buffers.length > 0) {
    const lengths = /** @type {number[]} */ ([]);
    for (let i = 0; i < buffers.length; i++) {
      lengths[i] = buffers[i].byteLength;
      extra += lengths[i];
    }
    ObjectSetPrototypeOf(lengths, null);
    header.buffers = lengths;
  }
  const text = JSONStringify(header);
  const textBytes = BufferByteLength(text);
  const frame = BufferAllocUnsafe(8 + textBytes + extra);
  writeUint32(frame, 0, 4 + textBytes + extra);
  writeUint32(frame, 4, textBytes);
  BufferUtf8Write(frame, text, 8, textBytes);
  let at = 8 + textBytes;
  for (let i = 0; extra > 0 && i < /** @type {Uint8Array[]} */ (buffers).length; i++) {
    const buffer = /** @type {Uint8Array[]} */ (buffers)[i];
    BufferCopy(buffer, frame, at);
    at += buffer.byteLength;
  }
  return frame;
}

/** @param {Buffer} frame @param {number} at @param {number} value */
function writeUint32(frame, at, value) {
  frame[at] = value & 255;
  frame[at + 1] = (value >>> 8) & 255;
  frame[at + 2] = (value >>> 16) & 255;
  frame[at + 3] = value >>> 24;
}

/**
 * Turns bytes in any chunking into frames. Used in the bridge, which has a realm of its own.
 * Chunks are kept in a list and joined once per frame: joining at every chunk is quadratic for large frames.
 */
export class FrameDecoder {
  /** @type {Buffer[]} */
  #chunks = [];
  #length = 0;
  #needed = 8;

  /**
   * @param {Buffer} data
   * @returns {{ header: Header, buffers: Buffer[] }[]} the frames that the data completes, in order
   * @throws {Error} if the bytes are not frames of this protocol; the decoder must not be used again after that
   */
  receiveData(data) {
    this.#chunks.push(data);
    this.#length += data.length;
    const frames = [];
    while (this.#length >= this.#needed) {
      const bytes = this.#chunks.length === 1 ? this.#chunks[0] : Buffer.concat(this.#chunks, this.#length);
      const size = bytes.readUInt32LE(0);
      const headerSize = bytes.readUInt32LE(4);
      if (size > MAX_FRAME_BYTES || headerSize + 4 > size) {
        throw new Error(`a frame announces ${size} bytes with a header of ${headerSize}`);
      }
      const complete = bytes.length >= 4 + size;
      if (complete) frames.push(decode(bytes, headerSize, 4 + size));
      this.#keep(complete ? bytes.subarray(4 + size) : bytes, complete ? 8 : 4 + size);
    }
    return frames;
  }

  /** @param {Buffer} rest @param {number} needed */
  #keep(rest, needed) {
    this.#chunks = rest.length > 0 ? [rest] : [];
    this.#length = rest.length;
    this.#needed = needed;
  }
}

/** @param {Buffer} bytes @param {number} headerSize @param {number} end */
function decode(bytes, headerSize, end) {
  const header = JSON.parse(bytes.toString('utf8', 8, 8 + headerSize));
  if (header === null || typeof header !== 'object' || typeof header.kind !== 'string') {
    throw new Error("a frame's header has no kind");
  }
  let at = 8 + headerSize;
  const lengths = header.buffers ?? [];
  delete header.buffers;
  const total = Array.isArray(lengths) ? lengths.reduce((sum, n) => sum + n, 0) : NaN;
  if (at + total !== end) throw new Error(`the buffers of a ${header.kind} frame do not fill it`);
  const buffers = lengths.map((/** @type {number} */ n) => bytes.subarray(at, (at += n)));
  return { header, buffers };
}
