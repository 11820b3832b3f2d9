/* assurance/criterion_wording.h - a criterion's texts as people read them: with its parameters' values put in.
 */
#pragma once

#include "assurance/framework.h"
#include "base/buffer.h"

enum language { LANGUAGE_JA, LANGUAGE_EN };

/* `text` is one of the criterion's, in this language; {{id}} becomes the parameter's value as people say it ("12
 * hours", the title of a word). Plain text: who writes JSON or HTML escapes it. */
void criterion_wording(struct buffer *, const struct criterion *, const struct dictionary *, struct span text,
    enum language);

/* A length of time as people say it: "90 minutes", 「12時間」. */
void wording_duration(struct buffer *, int64_t seconds, enum language);

/* Its `spoken`: `{"id":…,"area":…,"level":…,"text":{"ja":…,"en":…},"facts":[`, with the reason in both languages. Made
 * once, for it is most of what a refusal consists of. */
struct span criterion_spoken(struct arena *, const struct framework *, const struct criterion *);
