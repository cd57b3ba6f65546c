// The part of Protocol Buffers that an ONNX model needs: a writer of fields, nothing read.
// Wire format: https://protobuf.dev/programming-guides/encoding/ ; field numbers: onnx/onnx.proto.

export type Bytes = Uint8Array<ArrayBufferLike>;

const encoder = new TextEncoder();

/** Grows by doubling; a message is written into its own writer and then embedded with its length. */
export class ProtoWriter {
  #buffer = new Uint8Array(256);
  #length = 0;

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#buffer.length) return;
    const larger = new Uint8Array(Math.max(this.#buffer.length * 2, this.#length + bytes));
    larger.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = larger;
  }

  #varint(value: number): void {
    this.#reserve(10);
    if (value < 0) {
      // negative int64: two's complement over ten bytes
      let rest = BigInt.asUintN(64, BigInt(value));
      while (rest > 127n) {
        this.#buffer[this.#length++] = Number(rest & 127n) | 128;
        rest >>= 7n;
      }
      this.#buffer[this.#length++] = Number(rest);
      return;
    }
    let rest = value;
    while (rest > 127) {
      this.#buffer[this.#length++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    this.#buffer[this.#length++] = rest;
  }

  int(field: number, value: number): this {
    this.#varint(field * 8);
    this.#varint(value);
    return this;
  }

  float(field: number, value: number): this {
    this.#varint(field * 8 + 5);
    this.#reserve(4);
    new DataView(this.#buffer.buffer).setFloat32(this.#length, value, true);
    this.#length += 4;
    return this;
  }

  bytes(field: number, value: Bytes): this {
    this.#varint(field * 8 + 2);
    this.#varint(value.length);
    this.#reserve(value.length);
    this.#buffer.set(value, this.#length);
    this.#length += value.length;
    return this;
  }

  string(field: number, value: string): this {
    return this.bytes(field, encoder.encode(value));
  }

  message(field: number, write: (writer: ProtoWriter) => void): this {
    const inner = new ProtoWriter();
    write(inner);
    return this.bytes(field, inner.finish());
  }

  finish(): Bytes {
    return this.#buffer.subarray(0, this.#length);
  }
}
