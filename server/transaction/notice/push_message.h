/* transaction/notice/push_message.h - where a notice is pushed: whether what an app gave us is a push subscription.
 */
#pragma once

#include "base/problem.h"
#include "transaction/notice/notice.h"

/* An https: URL on an origin as browsers write it, a point of P-256, a secret. ERR_INVALID: the sentence begins with
 * /endpoint, /key or /secret. Whether somebody is there, and may be asked, is seen when something is pushed. */
enum err push_subscription_check(const struct push_subscription *, struct problem *why);

/* "https://push.example" of "https://push.example/one": the first three parts of an endpoint. */
struct span push_origin(struct span endpoint);
