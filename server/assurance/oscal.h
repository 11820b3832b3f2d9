/* assurance/oscal.h - a framework as OSCAL 1.1 documents (NIST), for auditors' tools: a catalog, and a profile of it.
 *
 *     group: an area -> group: a level -> control: a criterion, its parameters, statement, guidance, how to assess it
 *
 * OSCAL has no conditions for machines and no translations: conditions go as sentences, and both languages as parts.
 * What has a uuid has one made of the version's digest (RFC 9562 5.5), so that the same version gives the same file.
 */
#pragma once

#include "assurance/framework.h"
#include "base/buffer.h"

#define OSCAL_LARGEST (64 * MIB)
#define OSCAL_VERSION "1.1.2"

void oscal_catalog_write(struct buffer *, const struct framework *);

/* Its import names the catalog by the file's name: oscal_catalog_name(). */
void oscal_profile_write(struct buffer *, const struct framework *, const struct profile *);

/* "jp-idtf-1.0-catalog.json" */
const char *oscal_catalog_name(const struct framework *, struct arena *);
