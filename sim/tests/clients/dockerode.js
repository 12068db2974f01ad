// dockerode through a whole lifecycle; DOCKER_HOST says where.
'use strict';
const assert = require('assert');
const http = require('http');
const { PassThrough } = require('stream');
const Docker = require('dockerode');

const socketPath = process.env.DRYDOCK_SOCKET;
// An hour after the beginning: by then all is over.
const pastAll = 1767229200;
const docker = new Docker({ socketPath });

function advance(duration) {
  return new Promise((resolve, reject) => {
    const request = http.request({ socketPath, path: '/_drydock/clock', method: 'POST' }, (answer) => {
      answer.resume();
      answer.on('end', () => (answer.statusCode === 200 ? resolve() : reject(new Error(`clock: ${answer.statusCode}`))));
    });
    request.on('error', reject);
    request.end(JSON.stringify({ advance: duration }));
  });
}

// What a pull reports until it is done.
function followed(stream) {
  return new Promise((resolve, reject) => {
    docker.modem.followProgress(stream, (error, lines) => (error ? reject(error) : resolve(lines)));
  });
}

function textOf(stream) {
  return new Promise((resolve, reject) => {
    let text = '';
    stream.on('data', (piece) => { text += piece; });
    stream.on('end', () => resolve(text));
    stream.on('error', reject);
  });
}

// Standard output and error of a stream of frames.
async function demuxed(stream) {
  const out = new PassThrough();
  const err = new PassThrough();
  const texts = Promise.all([textOf(out), textOf(err)]);
  docker.modem.demuxStream(stream, out, err);
  stream.on('end', () => { out.end(); err.end(); });
  stream.on('close', () => { out.end(); err.end(); });
  return texts;
}

const failsWith = (status, part) => (error) => error.statusCode === status && error.message.includes(part);

async function images() {
  const lines = await followed(await docker.pull('busybox:latest'));
  assert.match(lines[lines.length - 1].status, /^Status: Downloaded newer image/);
  assert.strictEqual((await docker.listImages()).length, 1);
  await docker.getImage('busybox').tag({ repo: 'copy', tag: '1' });
  await docker.getImage('copy:1').remove();
  await assert.rejects(docker.getImage('copy:1').inspect(), failsWith(404, 'No such image'));
}

async function containers() {
  const one = await docker.createContainer({
    Image: 'busybox', name: 'one', Cmd: ['sh', '-c', 'echo started; exec sleep 1000'], Labels: { stack: 'a' },
  });
  await assert.rejects(docker.createContainer({ Image: 'busybox', name: 'one' }), failsWith(409, 'already in use'));
  await one.start();
  await assert.rejects(one.start(), (error) => error.statusCode === 304);
  await advance('3s');
  const listed = await docker.listContainers({ filters: { label: ['stack=a'] } });
  assert.deepStrictEqual(listed.map((c) => [c.Names[0], c.State, c.Status]), [['/one', 'running', 'Up 3 seconds']]);
  const exec = await one.exec({ Cmd: ['sh', '-c', 'echo out; echo err >&2; exit 4'], AttachStdout: true, AttachStderr: true });
  assert.deepStrictEqual(await demuxed(await exec.start({})), ['out\n', 'err\n']);
  assert.strictEqual((await exec.inspect()).ExitCode, 4);
  assert.match(String(await one.logs({ stdout: true, stderr: true })), /started\n$/);
  assert.match(JSON.stringify(await one.top()), /sleep 1000/);
  assert.ok((await one.stats({ stream: false })).memory_stats.usage > 0);
  await one.pause();
  await one.unpause();
  await one.update({ Memory: 1 << 26 });
  await one.rename({ name: 'first' });
  await one.stop({ t: 1 });
  assert.strictEqual((await one.wait()).StatusCode, 137);
  await one.restart({ t: 0 });
  await one.kill();
  await assert.rejects(one.kill(), failsWith(409, 'is not running'));
  await one.remove();
  await assert.rejects(one.inspect(), failsWith(404, 'No such container'));

  const out = new PassThrough();
  const said = textOf(out);
  const [result, ran] = await docker.run('busybox', ['sh', '-c', 'echo said; exit 3'], out);
  out.end();
  assert.deepStrictEqual([result.StatusCode, (await said).replace(/\r/g, '')], [3, 'said\n']);
  await ran.remove();

  const cat = await docker.createContainer({ Image: 'busybox', Cmd: ['cat'], OpenStdin: true, StdinOnce: true });
  const duplex = await cat.attach({ stream: true, stdin: true, stdout: true, stderr: true, hijack: true });
  const echoed = demuxed(duplex);
  await cat.start();
  duplex.end('through the pipe\n');
  assert.deepStrictEqual(await echoed, ['through the pipe\n', '']);
  assert.strictEqual((await docker.pruneContainers()).ContainersDeleted.length, 1);
}

async function networksAndVolumes() {
  const network = await docker.createNetwork({ Name: 'net', IPAM: { Config: [{ Subnet: '10.9.0.0/24' }] } });
  const member = await docker.createContainer({
    Image: 'busybox', name: 'member', Cmd: ['sleep', '1000'], HostConfig: { NetworkMode: 'net', Binds: ['data:/data'] },
  });
  await member.start();
  assert.strictEqual((await member.inspect()).NetworkSettings.Networks.net.IPAddress, '10.9.0.2');
  await assert.rejects(network.remove(), failsWith(403, 'has active endpoints'));
  await network.disconnect({ Container: 'member' });
  await network.connect({ Container: 'member' });
  await assert.rejects(docker.getVolume('data').remove(), failsWith(409, 'volume is in use'));
  await member.remove({ force: true });
  await network.remove();
  await docker.getVolume('data').remove();
}

async function system() {
  await advance('1h');
  assert.strictEqual((await docker.version()).ApiVersion, '1.41');
  assert.strictEqual((await docker.info()).Containers, 0);
  assert.strictEqual(String(await docker.ping()), 'OK');
  const past = await textOf(await docker.getEvents({ since: 0, until: pastAll, filters: { container: ['member'], type: ['container'] } }));
  const actions = past.trim().split('\n').map((line) => JSON.parse(line).Action);
  assert.deepStrictEqual([actions[0], actions[1], actions[actions.length - 1]], ['create', 'start', 'destroy']);
}

async function main() {
  await images();
  await containers();
  await networksAndVolumes();
  await system();
  await docker.getImage('busybox').remove();
}

main().catch((error) => { console.error(error); process.exit(1); });
