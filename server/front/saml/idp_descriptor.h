/* front/saml/idp_descriptor.h - what our identity provider says of itself in SAML metadata.
 *
 * Only an EntityDescriptor's own word, as a member would hand it in: who it is for people, its scopes and its contacts
 * come from a record (idp_metadata.h). What is not served is left empty, and is not offered.
 */
#pragma once

#include "base/arena.h"
#include "base/buffer.h"

/* URIs, the preferred first; ends with NULL. */
typedef const char *const *algorithm_list;

struct idp_descriptor {
	struct span entity_id;
	struct span sso_url;       /* takes requests by Redirect and POST */
	struct span slo_url;       /* the same for logouts; empty: there is none */
	struct span error_url;     /* errorURL (SAML 2.0 Metadata s2.4.1): for people; may be empty */
	/* Certificates, DER: the keys of now, and those that come or go (IIP-MD07: any number). */
	const struct span *signing, *encryption;
	size_t signing_count, encryption_count; /* at least one that signs */
	algorithm_list digests, signatures;     /* Metadata Profile for Algorithm Support s2.3, s2.4; may be NULL */
	algorithm_list ciphers;                 /* md:EncryptionMethod of each encryption key; may be NULL */
	algorithm_list name_id_formats;         /* may be NULL */
};

/* Some XML of it, not canonical: for metadata_read(). The arena is for what is between. */
void idp_descriptor_write(struct buffer *, struct arena *, const struct idp_descriptor *);
