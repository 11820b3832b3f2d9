/* assurance/oscal_writing.h - what OSCAL catalogs and profiles are made of alike. Trees are jansson's, the caller's. */
#pragma once

#include <jansson.h>

#include "assurance/oscal.h"

#define OSCAL_NAMESPACE "https://watashi.example/ns/oscal" /* of our own properties and parts */

/* A uuid of version 5 for one thing of this version: "catalog", "source/nist-800-63-2", "profile/bank". */
json_t *oscal_uuid(const struct framework *, struct arena *, const char *thing);

/* A token (a letter or _, then letters, digits, - . _) for an identifier of ours, after a prefix. */
const char *oscal_token(struct arena *, const char *prefix, struct span id);
const char *oscal_level_token(struct arena *, const struct area *, uint8_t level);
const char *oscal_parameter_token(struct arena *, const struct criterion *, const struct parameter *);

json_t *oscal_text(struct span);

/* A property of ours, or of OSCAL's own when `ours` is false; added to `props`. */
void oscal_prop(json_t *props, const char *name, struct span value, bool ours);

/* title, published, last-modified, version, oscal-version, props. */
json_t *oscal_metadata(const struct framework *, struct arena *, struct localized title);

/* A parameter's value as people say it. */
json_t *oscal_parameter_value(const struct framework *, const struct criterion *, const struct parameter *);

/* The tree, indented, with a line's end; it is let go. */
void oscal_print(struct buffer *, json_t *document);
