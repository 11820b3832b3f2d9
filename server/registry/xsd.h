/* registry/xsd.h - the XML Schemas of SAML metadata, compiled once from files, without the network; and one entity's
 * document held against them.
 *
 *     xsd_new   reads DIRECTORY/opensaml/ and DIRECTORY/xmltooling/; afterwards no file is opened any more
 *     xsd_validate ... xsd_validate
 *
 * Namespaces the schemas do not know may stand where the schemas allow others, and are not looked into.
 */
#pragma once

#include "base/arena.h"
#include "base/problem.h"

struct xsd;

/* ERR_NOT_FOUND names the Debian package a file is missing from; ERR_SYNTAX what is wrong with the schemas. */
enum err xsd_new(const char *directory, struct xsd **out, struct problem *why);
void xsd_free(struct xsd *);

#define XSD_ERRORS 20
struct xsd_error {
	struct span at;      /* element_path.h */
	struct span text;    /* one sentence, without namespace names */
};

/* `document` is an entity's own canonical text, as portrait_read() takes it. At most XSD_ERRORS, in the order of the
 * document; 0: it is valid. In the arena. */
size_t xsd_validate(struct xsd *, struct arena *, struct span document, struct xsd_error out[XSD_ERRORS]);
