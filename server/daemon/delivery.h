/* daemon/delivery.h - the steward's post office: notices that wait in the store are sent, and go.
 *
 *     row (transaction/notice/notice.h) -> due -> being sent -> sent: row deleted
 *                  ^                           |-> not now: row put back, later each time: 1 min, 2, 4 … 6 h
 *                  '---------------------------'-> never, or out of date: row deleted, one line in the log
 *
 * Several are sent at once, one to an address at a time. A row goes only after its message is with somebody else: who
 * dies in between sends it twice, and loses none.
 */
#pragma once

#include "daemon/pusher.h"
#include "http/figures.h"
#include "net/mail.h"
#include "transaction/notice/text.h"

struct delivery;

struct delivery_settings {
	struct store *store;
	const struct mailer_settings *mail; /* NULL: no mail is sent, and what waits for it goes */
	struct pusher_settings push;        /* contact NULL: nothing is pushed, and what waits for it goes */
	struct notice_wording wording;      /* its texts are the caller's */
	struct figures *figures;            /* the process's own row */
};

struct delivery *delivery_new(struct loop *, const struct delivery_settings *);
void delivery_free(struct delivery *);
