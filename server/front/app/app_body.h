/* front/app/app_body.h - what a phone sends, as JSON: pairing, an answer, a refusal, digits, the end of a mute, where
 * it is woken. Bounded, and nothing believed.
 *
 * Whose it is, when and from where is not read here: that stays as it was.
 */
#pragma once

#include "transaction/phone/app_answer.h"
#include "transaction/notice/notice.h"
#include "transaction/phone/app_find.h"
#include "transaction/phone/app_unmute.h"
#include "transaction/phone/pairing.h"

/* With a passkey in it; without one a body is a tenth of that. */
#define APP_BODY_LARGEST (32 * KIB)

/* ERR_SYNTAX, ERR_LIMIT, ERR_INVALID with the JSON pointer. What is read lives in the arena or the body. */
enum err app_options_read(struct arena *, struct span body, struct pairing_options_asked *out, struct problem *why);
enum err app_pair_read(struct arena *, struct span body, struct pairing_pair *out, struct problem *why);
enum err app_answer_read(struct arena *, struct span body, struct app_answer *out, struct problem *why);
enum err app_subscription_read(struct arena *, struct span body, struct push_subscription *out, struct problem *why);
enum err app_refusal_read(struct arena *, struct span body, struct app_refusal *out, struct problem *why);
enum err app_find_read(struct arena *, struct span body, struct app_find *out, struct problem *why);
enum err app_unmute_read(struct arena *, struct span body, struct app_unmute *out, struct problem *why);
