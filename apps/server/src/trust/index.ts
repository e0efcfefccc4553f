// Certificates: the one this server shows, and those that outgoing connections trust.
// It owns the installed certificate and the list of trusted ones, and answers with whom any TLS client of the product trusts.
// It opens no connection, and gives out no private key.
export { installCertificate } from './server-certificate.ts';
export { trustEndpoints } from './trust.endpoints.ts';
export { addTrusted, trustOf } from './trusted.ts';
