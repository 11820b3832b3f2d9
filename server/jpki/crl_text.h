/* jpki/crl_text.h - a revocation list told to people. */
#pragma once

#include "base/arena.h"
#include "jpki/crl_list.h"

/* Where its certificates say it is: "CN=Shibuya-ku CRLDP,OU=Tokyo-to,…", a URI; its issuer when it names no point. */
const char *crl_point_text(struct arena *, const struct crl_list *);

/* "42" or "0x1F…", "" for none. */
const char *crl_number_text(struct arena *, struct span number);
