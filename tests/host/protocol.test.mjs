// The frames both languages agree on. `tests/engine/test_protocol.py` reads the same vectors.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { FrameDecoder, MAX_FRAME_BYTES, encode } from '../../dxkernel/engine/host/protocol.mjs';

/** @typedef {{ name: string, header: import('../../dxkernel/engine/host/protocol.mjs').Header, buffers: string[], hex: string }} Vector */
/** @type {Vector[]} */
const vectors = JSON.parse(readFileSync(new URL('../engine/frames.json', import.meta.url), 'utf8'));
const bytesOf = (/** @type {Vector} */ vector) => Buffer.from(vector.hex, 'hex');
const buffersOf = (/** @type {Vector} */ vector) => vector.buffers.map((hex) => Buffer.from(hex, 'hex'));

for (const vector of vectors) {
  test(`encodes ${vector.name}`, () => {
    assert.equal(encode({ ...vector.header }, buffersOf(vector)).toString('hex'), vector.hex);
  });
}

for (const chunk of [1, 3, 7, 1 << 20]) {
  test(`decodes all vectors in chunks of ${chunk}`, () => {
    const data = Buffer.concat(vectors.map(bytesOf));
    const decoder = new FrameDecoder();
    const frames = [];
    for (let at = 0; at < data.length; at += chunk) frames.push(...decoder.receiveData(data.subarray(at, at + chunk)));
    assert.deepEqual(frames.map(({ header }) => header), vectors.map(({ header }) => header));
    assert.deepEqual(frames.map(({ buffers }) => buffers.map((b) => b.toString('hex'))), vectors.map(({ buffers }) => buffers));
  });
}

for (const [size, header] of [[MAX_FRAME_BYTES + 1, 0], [3, 0], [10, 7]]) {
  test(`refuses a frame of ${size} bytes with a header of ${header}`, () => {
    const prefix = Buffer.alloc(8);
    prefix.writeUInt32LE(size, 0);
    prefix.writeUInt32LE(header, 4);
    assert.throws(() => new FrameDecoder().receiveData(prefix), /announces/);
  });
}

for (const body of ['[]', '{}', 'null', '{"kind":1}', '{"kind":"x","buffers":[5]}']) {
  test(`refuses the header ${body}`, () => {
    const frame = Buffer.alloc(8 + body.length);
    frame.writeUInt32LE(4 + body.length, 0);
    frame.writeUInt32LE(body.length, 4);
    frame.write(body, 8);
    assert.throws(() => new FrameDecoder().receiveData(frame));
  });
}

test('no inherited toJSON changes a frame', () => {
  const polluted = /** @type {any[]} */ ([Object.prototype, Array.prototype]);
  for (const prototype of polluted) prototype.toJSON = () => 'bad';
  try {
    const [frame] = new FrameDecoder().receiveData(encode({ kind: 'x', text: 'y' }, [Buffer.from('z')]));
    assert.deepEqual(frame.header, { kind: 'x', text: 'y' });
  } finally {
    for (const prototype of polluted) delete prototype.toJSON;
  }
});
