/* crypto/xml_spread.h - how much longer than itself a document may become in canonical form; private to this room.
 *
 * Exclusive C14N writes a namespace at every outermost element that uses its prefix: with a name as long as half the
 * document and elements as short as can be, that is the product of both, and it is digested before anybody knows by
 * whom the document is. All else of canonicalising is a few times the document.
 */
#pragma once

#include "base/problem.h"
#include "codec/xml.h"

struct xml_spread {
	size_t most, names;      /* bytes of namespace names at their elements and attributes */
};

struct xml_spread xml_spread_of(struct span document);
/* Of each element, while it is read for the first time. ERR_LIMIT. */
enum err xml_spread_add(struct xml_spread *, const struct xml_element *, struct problem *why);
