/* person/persona.h - the three faces of one person: to authorities, at work, in private (administrative 行政における個人,
 * business ビジネス上の私, private プライベートな私).
 */
#pragma once

#include "base/span.h"

enum persona { PERSONA_NONE, PERSONA_ADMINISTRATIVE, PERSONA_BUSINESS, PERSONA_PRIVATE, PERSONAS };
#define PERSONA_BIT(persona) (1u << (persona))

const char *persona_name(enum persona); /* "administrative" "business" "private"; "none" */
/* PERSONA_NONE for another word. */
enum persona persona_read(struct span);
