import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Signs certificates for servers, as cert-manager or a company's own authority does. Needs `openssl`. */
export class Authority {
  private readonly directory = mkdtempSync(join(tmpdir(), 'authority-'));

  constructor() {
    this.openssl(
      'req',
      '-x509',
      ...NEW_KEY,
      '-days',
      '2',
      '-subj',
      '/CN=authority',
      '-keyout',
      'ca.key',
      '-out',
      'ca.crt',
    );
  }

  /** What a Secret of a server holds. @param names the DNS names that the certificate is for */
  sign(...names: string[]): Record<'tls.crt' | 'tls.key' | 'ca.crt', string> {
    writeFileSync(join(this.directory, 'names'), `subjectAltName = ${names.map((name) => `DNS:${name}`).join()}\n`);
    this.openssl('req', '-new', ...NEW_KEY, '-subj', '/CN=server', '-keyout', 'tls.key', '-out', 'request');
    const signer = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', 'names'];
    this.openssl('x509', '-req', '-in', 'request', ...signer, '-out', 'tls.crt');
    return { 'tls.crt': this.read('tls.crt'), 'tls.key': this.read('tls.key'), 'ca.crt': this.read('ca.crt') };
  }

  private openssl(...args: string[]): void {
    execFileSync('openssl', args, { cwd: this.directory, stdio: 'pipe' });
  }

  private read(file: string): string {
    return readFileSync(join(this.directory, file), 'utf8');
  }
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
