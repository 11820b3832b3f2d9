/* net/mail.h - sending mail by SMTP (RFC 5321) through one server, in threads of libcurl's.
 *
 *     mail_send -> sent        the server has taken it
 *               -> refused     the server will never take it for this address (5yz to RCPT or DATA)
 *               -> not now     anything else: it may be sent again
 *
 * What the server says of us (its 5yz to our name, sender or password) is no refusal of an address.
 */
#pragma once

#include "base/pending.h"
#include "base/problem.h"
#include "base/span.h"
#include "net/loop.h"

enum mail_tls {
	MAIL_TLS_REQUIRED, /* STARTTLS (RFC 3207), or nothing is sent; with smtps: TLS from the beginning, always */
	MAIL_TLS_TRY,      /* where the server offers it */
	MAIL_TLS_NONE,
};

struct mailer_settings {
	const char *url;            /* smtp://host:port/ or smtps://host:port/; its path is the name we greet with */
	const char *from;           /* of the envelope */
	const char *user, *password; /* NULL: without */
	enum mail_tls tls;
	const char *authorities;    /* PEM file of CAs; NULL: the system's */
	unsigned at_once;           /* connections, each in a thread */
	int64_t time;               /* for one mail, microseconds */
};

struct mailer;
struct mailer *mailer_new(struct loop *, const struct mailer_settings *);
/* What is being sent is broken off and told to nobody; waits a second at most for a silent server. */
void mailer_free(struct mailer *);

enum mail_outcome { MAIL_NOT_NOW, MAIL_SENT, MAIL_REFUSED };

/* Unless it was sent the problem says why, without the address. */
typedef void on_mailed(void *arg, enum mail_outcome, const struct problem *why);

/* `to` is a valid address, `message` a mail (codec/mail_message.h); both are copied. */
struct pending *mail_send(struct mailer *, struct span to, struct span message, on_mailed *, void *arg);
