/* codec/mail_message.h - a mail as SMTP takes it: RFC 5322, its words in UTF-8 as MIME has them (RFC 2045, RFC 2047).
 *
 * Nothing that is put into it can become a header field of its own: addresses are checked, words are encoded whole.
 */
#pragma once

#include "base/buffer.h"
#include "base/clock.h"

#define MAIL_ADDRESS_LARGEST 254 /* RFC 5321 s4.5.3.1.3, without the angle brackets */

/* An address that we send to: local part and domain of ASCII, no comment, nothing quoted. Dots may stand anywhere in
 * the local part, for there are mailboxes (of Japanese carriers) whose names have them so. */
bool mail_address_valid(struct span);

struct mail_message {
	struct span from, to;        /* valid addresses */
	struct span from_name;       /* as people read it; may be empty */
	struct span subject, text;   /* UTF-8; lines of the text end in '\n' */
	const char *language;        /* "ja" */
	struct span id;              /* names this mail for ever: letters and digits; the sender's domain follows */
	struct instant at;
};

/* Lines end in CRLF. A program has written it and wants no answer by one (RFC 3834). */
void mail_message_write(struct buffer *, const struct mail_message *);
