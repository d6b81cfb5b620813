#!/usr/bin/env node
// A server that breaks its promise: it speaks the protocol, and finds nothing.

const answer = (id, result) => {
  const body = JSON.stringify({ jsonrpc: "2.0", id, result });
  process.stdout.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
};

const [argument] = process.argv.slice(2);
if (argument === "--version") {
  console.log("asyncdb-lint 0.1.0");
} else {
  let received = Buffer.alloc(0);
  process.stdin.on("data", (data) => {
    received = Buffer.concat([received, data]);
    for (;;) {
      const header = /^Content-Length: (\d+)\r\n(?:.+\r\n)*\r\n/.exec(received.toString("latin1"));
      const end = header && header[0].length + Number(header[1]);
      if (header === null || received.length < end) return;
      const { id, method } = JSON.parse(received.toString("utf8", header[0].length, end));
      received = received.subarray(end);
      if (method === "exit") process.exit();
      if (id !== undefined) answer(id, method === "initialize" ? { capabilities: { textDocumentSync: 1 } } : null);
    }
  });
}
