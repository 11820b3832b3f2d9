/* transaction/sign_on/choice.h - what a person chose to have told, as a consent keeps it (person/consent.h). Pure.
 *
 * Beside names of what can be told stand words for what else was agreed to.
 */
#pragma once

#include "person/consent.h"
#include "transaction/sign_on/sign_on.h"

#define CHOICE_OFFLINE "offline_access"       /* a grant that lasts longer than the session */
#define CHOICE_VERIFIED "verified_claims"     /* how the person was proofed */

/* The purpose of a relying party's consents: it changes when its record asks for something else, or for another
 * purpose, and then nobody has agreed yet. In the arena. */
struct span choice_purpose(struct arena *, const struct relying_party *);

/* Whether it is to be told; `declined`: whether it is not. Neither: nobody has said. */
bool choice_has(struct span items, struct span name, bool declined);
/* What people read for an item's name; one that is not known stands for itself. */
struct localized choice_title(struct span name);

/* Whether these items answer all that is asked: each of the offer is named or declined, what is required is named, and
 * so is what else is asked for. */
bool choice_covers(struct span items, const struct sign_on *, const struct release_offer *);
/* Of the offer, what is to be told by these items. False: they do not go together. */
bool choice_take(struct span items, const struct release_offer *, const struct release_item *out[RELEASE_KINDS],
    size_t *count);

/* The items for these names of the offer, which must all be of it; of what is not named it is declined. ERR_INVALID: a
 * name that was not offered, or one beside what stands in its place. In the arena. */
enum err choice_of(struct arena *, const struct sign_on *, const struct release_offer *, const struct span *names,
    size_t count, struct span *items, struct problem *why);
/* And of what was agreed to before, all that this does not speak of. In the arena. */
struct span choice_join(struct arena *, struct span items, struct span before);
