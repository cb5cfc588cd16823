"""What became of a mail, and why a server does not take it, in words that say what to do."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from zhike.metadata import outbound
from zhike.metadata.fields.base import Label

#: Faults of the server as a whole, by code.
FAULTS: Mapping[str, Label] = {
    "no_such_host": _("There is no server of this name: check the spelling."),
    "forbidden_host": _("This address cannot be that of a mail server."),
    "not_loopback": _("Without encryption the server must stand on this machine: choose STARTTLS or TLS."),
    "no_connection": _("The server cannot be reached: check name, port and firewall."),
    "no_answer": _("The server was reached but did not answer in time: check the port and the kind of encryption."),
    "not_smtp": _("What answers there is no mail server: check the port and the kind of encryption."),
    "turned_away": _("The server turned us away."),
    "no_starttls": _("The server offers no STARTTLS: choose TLS from the start, usually port 465."),
    "certificate": _("The server's certificate is not trusted: enter it below if it is your own."),
    "tls": _("No encrypted connection came about: check the port and the kind of encryption."),
    "login": _("The server did not accept user name and password."),
    "no_login": _("The server offers no sign-in: leave the user name empty, or choose another port."),
    "unreadable": _("The password was stored under another secret key: enter it again."),
}

#: Of single mails, by code.
MAILS: Mapping[str, Label] = {
    "recipient": _("There is no such address."),
    "recipient_refused": _("The recipient's server does not take this mail."),
    "sender_refused": _("The server does not let us send from the sender's address: check it in the settings."),
    "content_refused": _("The server does not take this mail."),
    "later": _("The server asked us to try again later."),
    "broken_off": _("The connection broke off before the mail was handed over."),
    "no_word": _("The server had the mail and did not say whether it took it: ask the recipient, then decide."),
    "lost": _("The sending process stopped while it handed the mail over: ask the recipient, then decide."),
    "too_old": _("It waited for so long that it would only confuse."),
    "not_set_up": _("No mail server is set up."),
    "bad_address": _("The address does not exist, as its server has said before."),
    "decided_sent": _("Somebody has seen that it arrived."),
    "person_closed": _("The account of the recipient is closed."),
}


def words(code: str) -> Label:
    """The sentence for a code; "" for none."""
    return FAULTS.get(code) or MAILS.get(code) or outbound.reasons.get(code, "")
