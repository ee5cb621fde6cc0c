/**
 * What a machine's code looks like: a function that returns the address of what lies `distance` bytes behind
 * its begin.
 */
interface Machine {
  /** ELF: `e_machine` */
  id: number;
  /** ELF: the relocation that adds where the library was loaded. */
  relative: number;
  code(distance: number): Buffer;
}

const machines: Readonly<Partial<Record<string, Machine>>> = {
  x64: {
    id: 62,
    relative: 8,
    code(distance) {
      // lea rax, [rip + distance - 7]; ret
      const code = Buffer.from([0x48, 0x8d, 0x05, 0, 0, 0, 0, 0xc3]);
      code.writeInt32LE(distance - 7, 3);
      return code;
    },
  },
  arm64: {
    id: 183,
    relative: 1027,
    code(distance) {
      // adr x0, distance; ret
      const code = Buffer.alloc(8);
      code.writeUInt32LE((0x10000000 | ((distance & 3) << 29) | ((distance >> 2) << 5)) >>> 0, 0);
      code.writeUInt32LE(0xd65f03c0, 4);
      return code;
    },
  },
};

/** Name of the user in the entry. */
const userName = 'postgres';
/** Pages are 64 KiB at most. */
const dataBegin = 0x10000;
const [readExecute, readWrite] = [5, 6];
const [loadable, dynamicTable, stack] = [1, 2, 0x6474e551];

/**
 * A shared library (ELF, 64 bits) with nothing in it but `getpwuid`, which tells of the one user `uid`,
 * whatever it is asked for. For LD_PRELOAD, with programs of glibc on Linux. Undefined for machines other
 * than x64 and arm64.
 *
 *     0x000  file header, program headers                                 read, execute
 *     0x120  symbols: none, getpwuid
 *     0x150  their names
 *     0x160  hash table of one bucket
 *     0x180  code
 *     0x200  at address 0x10200: dynamic table, relocations, struct passwd    read, write
 */
export function getpwuidLibrary(
  arch: string,
  { uid, gid }: { uid: number; gid: number },
): Buffer | undefined {
  const machine = machines[arch];
  if (machine === undefined) return undefined;
  const at = { symbols: 0x120, names: 0x150, hash: 0x160, code: 0x180, data: 0x200 };
  const dynamic = dataBegin + at.data;
  const dynamicSize = 9 * 16;
  const relocations = dynamic + dynamicSize;
  const relocationsSize = 5 * 24;
  const passwd = relocations + relocationsSize;
  const passwdSize = 48;
  const text = passwd + passwdSize;
  const end = text + userName.length + 1;

  const file = Buffer.alloc(end - dataBegin);
  const long = (offset: number, ...values: number[]): void =>
    values.forEach((value, index) => file.writeBigUInt64LE(BigInt(value), offset + 8 * index));

  Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]).copy(file); // 64 bits, little-endian.
  file.writeUInt16LE(3, 16); // A shared library.
  file.writeUInt16LE(machine.id, 18);
  file.writeUInt32LE(1, 20);
  long(32, 64); // Where the program headers are; there are no section headers.
  [64, 56, 4, 64].forEach((size, index) => file.writeUInt16LE(size, 52 + 2 * index));

  const headers = [
    { type: loadable, flags: readExecute, offset: 0, address: 0, size: at.data, align: dataBegin },
    {
      type: loadable,
      flags: readWrite,
      offset: at.data,
      address: dynamic,
      size: end - dynamic,
      align: dataBegin,
    },
    { type: dynamicTable, flags: readWrite, offset: at.data, address: dynamic, size: dynamicSize, align: 8 },
    // Without it, the stack would have to be executable.
    { type: stack, flags: readWrite, offset: 0, address: 0, size: 0, align: 16 },
  ];
  headers.forEach(({ type, flags, offset, address, size, align }, index) => {
    const begin = 64 + 56 * index;
    file.writeUInt32LE(type, begin);
    file.writeUInt32LE(flags, begin + 4);
    long(begin + 8, offset, address, address, size, size, align);
  });

  const symbol = at.symbols + 24; // The first one is none.
  file.writeUInt32LE(1, symbol);
  file.writeUInt8(0x12, symbol + 4); // A global function,
  file.writeUInt16LE(1, symbol + 6); // defined here.
  const code = machine.code(passwd - at.code);
  long(symbol + 8, at.code, code.length);
  file.write('\0getpwuid\0', at.names, 'latin1');
  [1, 2, 1, 0, 0].forEach((word, index) => file.writeUInt32LE(word, at.hash + 4 * index));
  code.copy(file, at.code);

  const entries: [tag: number, value: number][] = [
    [4, at.hash],
    [5, at.names],
    [6, at.symbols],
    [7, relocations],
    [8, relocationsSize],
    [9, 24],
    [10, '\0getpwuid\0'.length],
    [11, 24],
    [0, 0],
  ];
  entries.forEach(([tag, value], index) => long(at.data + 16 * index, tag, value));

  // struct passwd: name, password, uid and gid, real name, home, shell; all but the name are empty.
  const empty = text + userName.length;
  const pointers: [offset: number, target: number][] = [
    [0, text],
    [8, empty],
    [24, empty],
    [32, empty],
    [40, empty],
  ];
  pointers.forEach(([offset, target], index) =>
    long(relocations - dataBegin + 24 * index, passwd + offset, machine.relative, target),
  );
  file.writeUInt32LE(uid, passwd - dataBegin + 16);
  file.writeUInt32LE(gid, passwd - dataBegin + 20);
  file.write(userName, text - dataBegin, 'latin1');
  return file;
}
