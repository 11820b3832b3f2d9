/* transaction/notice/text.h - what a person reads of a notice: what happened, when, what can be done now.
 *
 * In the language of the notice. No attribute's value is in it; an authenticator stands there by the name its person
 * gave it, in one line, whatever that name holds.
 */
#pragma once

#include "base/buffer.h"
#include "model/localized.h"
#include "transaction/notice/notice.h"

#define NOTICE_SUBJECT_LARGEST 512
#define NOTICE_TEXT_LARGEST (8 * KIB)

struct notice_wording {
	struct localized federation; /* its name */
	struct span base_url;        /* ends in a slash */
};

/* One line. */
void notice_subject_write(struct buffer *, const struct notice *, const struct notice_wording *);
/* Lines that end in '\n'. */
void notice_text_write(struct buffer *, const struct notice *, const struct notice_wording *);

/* What is pushed to an app, which shows it in its own words: {"kind":"app-request","request":"0123…"}; nothing else,
 * not even the authenticator's name, whoever sees the phone. */
void notice_push_write(struct buffer *, const struct notice *);

/* "2026年11月22日（日）14:05", "22 Nov 2026, 14:05 JST". */
void notice_time_write(struct buffer *, struct instant, bool english);
