-- Certificates that outgoing connections trust beside the operating system's authorities: whole roots, intermediates, or a server's own.
create table strongroom.trusted_certificate (
  id uuid primary key,
  organisation_id uuid not null references strongroom.organisation (id),
  -- Upper-case hex of the SHA-256 over the certificate, bytes parted by colons.
  fingerprint text not null,
  pem text not null,
  added_at timestamptz not null default now(),
  unique (organisation_id, id),
  unique (organisation_id, fingerprint)
);
alter table strongroom.trusted_certificate enable row level security;
create policy organisation on strongroom.trusted_certificate using (organisation_id = (select strongroom.current_organisation()));
grant select, insert, delete on strongroom.trusted_certificate to strongroom_app;
