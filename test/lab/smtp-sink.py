"""A mail server for tests, on aiosmtpd: STARTTLS and AUTH are required on one port, TLS from the start on the other.

Usage: smtp-sink.py CERTIFICATE KEY USER PASSWORD [certificate and key as PEM files]
Prints the two ports in one line, then each mail it takes as one line of JSON. Ends when its input ends.
Mail to gone@... is refused for good, to grey@... for now, and one whose subject holds SPAM after it was sent.
"""
import asyncio
import email
import email.policy
import json
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult

certificate, key, user, password = sys.argv[1:5]


def say(what):
    print(json.dumps(what), flush=True)


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("gone@"):
            return "550 5.1.1 no such user"
        if address.startswith("grey@"):
            return "451 4.7.1 try again later"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server, session, envelope):
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        if "SPAM" in str(mail["Subject"]):
            return "554 5.7.1 not wanted here"
        say(
            {
                "to": envelope.rcpt_tos,
                "from": envelope.mail_from,
                "headers": {name.lower(): str(value) for name, value in mail.items()},
                "text": mail.get_content(),
                "tls": server.transport.get_extra_info("ssl_object") is not None,
                "user": session.auth_data.login.decode() if session.auth_data else None,
            }
        )
        return "250 2.0.0 taken"


def authenticate(server, session, envelope, mechanism, data):
    good = data.login.decode() == user and data.password.decode() == password
    return AuthResult(success=good, handled=good, auth_data=data)


async def main():
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    loop = asyncio.get_running_loop()
    shared = {"authenticator": authenticate, "auth_required": True, "hostname": "sink.test", "loop": loop}
    upgraded = await loop.create_server(
        lambda: SMTP(Handler(), tls_context=context, require_starttls=True, **shared), "127.0.0.1", 0
    )
    secure = await loop.create_server(
        lambda: SMTP(Handler(), auth_require_tls=False, **shared), "127.0.0.1", 0, ssl=context
    )
    say([server.sockets[0].getsockname()[1] for server in (upgraded, secure)])
    await loop.run_in_executor(None, sys.stdin.read)


asyncio.run(main())
