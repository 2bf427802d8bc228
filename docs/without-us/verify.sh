#!/usr/bin/env bash
# verify.sh FOLDER: one entry as `coupefeu prove` writes it, with bash, coreutils and OpenSSL 3, and nothing of ours.
set -euo pipefail
cd "$1"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

hex() { basenc --base16 -w0; }
unhex() { basenc --base16 -d; }
sha() { sha256sum | cut -c1-64 | tr a-f A-F; }
refuse() { echo "REFUSED: $*"; exit 1; }

# 1. The proof: an index, a path of hashes, and behind the empty line the signed checkpoint (c2sp.org/tlog-proof).
mapfile -t path < <(sed -n '/^index /,/^$/p' proof | sed '1d;$d')
index=$(sed -n 's/^index //p' proof)
sed '1,/^$/d' proof > "$work/note"
sed '/^$/,$d' "$work/note" > "$work/text"
origin=$(sed -n 1p "$work/text")
size=$(sed -n 2p "$work/text")
root=$(sed -n 3p "$work/text")

# All of this is a stranger's: bash would run a command that stood where it computes with a number.
number='^(0|[1-9][0-9]{0,17})$'
hash='^[A-Za-z0-9+/]{43}=$'
[[ $index =~ $number && $size =~ $number ]] && ((index < size)) || refuse "no index, or no size"
[[ $origin =~ ^[a-z0-9./-]{1,120}$ ]] || refuse "no name of a log"
for each in "$root" "${path[@]}"; do [[ $each =~ $hash ]] || refuse "no hash where one belongs"; done
[[ $(stat -c %s leaf) == 70 ]] || refuse "a leaf has 70 bytes"
root=$(base64 -d <<< "$root" | hex)

# 2. The tree, from the leaf upwards (RFC 9162, section 2.1.3.2).
hash=$({ printf '\0'; cat leaf; } | sha)
at=$index
last=$((size - 1))
for node in "${path[@]}"; do
  node=$(base64 -d <<< "$node" | hex)
  ((last > 0)) || refuse "the path is too long"
  if ((at % 2 == 1 || at == last)); then
    hash=$(unhex <<< "01$node$hash" | sha)
    while ((at % 2 == 0 && at > 0)); do at=$((at / 2)); last=$((last / 2)); done
  else
    hash=$(unhex <<< "01$hash$node" | sha)
  fi
  at=$((at / 2))
  last=$((last / 2))
done
[[ $last == 0 && $hash == "$root" ]] || refuse "the leaf does not stand in this tree"
echo "the leaf stands at $index of the $size entries of $origin"

# 3. The signatures (c2sp.org/signed-note, tlog-cosignature): every Ed25519 key that lies here must have signed.
for file in log.vkey cosigners/*.vkey witnesses/*.vkey; do
  [[ -e $file ]] || continue
  IFS=+ read -r name id key < "$file"
  [[ $name =~ ^[!-*,-~]{1,255}$ && $id =~ ^[0-9a-f]{8}$ ]] || refuse "$file: no verifier key"
  base64 -d <<< "$key" > "$work/key"
  type=$(head -c1 "$work/key" | hex)
  computed=$({ printf '%s\n' "$name"; cat "$work/key"; } | sha)
  [[ ${computed:0:8} == "${id^^}" ]] || refuse "$file: the id is not that of its key"
  { unhex <<< 302A300506032B6570032100; tail -c32 "$work/key"; } > "$work/der"
  found=
  while read -r _ signer line; do
    base64 -d <<< "$line" > "$work/line"
    [[ $signer == "$name" && $(head -c4 "$work/line" | hex) == "${id^^}" ]] || continue
    tail -c64 "$work/line" > "$work/signature"
    said="$name signed ($id)"
    cp "$work/text" "$work/message"
    if [[ $type == 04 ]]; then
      time=$(tail -c+5 "$work/line" | head -c8 | hex)
      [[ $time =~ ^0{8}[0-9A-F]{8}$ ]] || refuse "$file: no time"
      time=$((16#$time))
      { printf 'cosignature/v1\ntime %s\n' "$time"; cat "$work/text"; } > "$work/message"
      said+=", giving the time $(date -u -d "@$time" +%FT%TZ)"
    fi
    openssl pkeyutl -verify -pubin -keyform DER -inkey "$work/der" -rawin -in "$work/message" \
      -sigfile "$work/signature" > "$work/answer" 2>&1 && found=$said
  done < <(grep '^— ' "$work/note")
  [[ $found ]] || refuse "$file: no signature of this key holds"
  echo "$found"
done

# 4. The content. The extra line is CBOR [s_h, head] or [s_h, head, s_b]; the leaf holds H and B (record.md, section 3).
commitment() { { printf 'coupefeu/%s/v1\0' "$1"; unhex <<< "$(printf %02X ${#origin})"; printf %s "$origin"; unhex <<< "$2"; unhex; } | sha; }
leaf=$(hex < leaf)
extra=$(sed -n 's/^extra //p' proof | base64 -d | hex)
[[ $extra ]] || exit 0
[[ $extra =~ ^8[23]50[0-9A-F]{32}(5[89]|[4-5][0-9A-F])[0-9A-F]*$ ]] || refuse "no salt and head in the extra line"
salt=${extra:4:32}
rest=${extra:36}
case ${rest:0:2} in
  59) length=$((2 * 16#${rest:2:4})) from=6 ;;
  58) length=$((2 * 16#${rest:2:2})) from=4 ;;
  *) length=$((2 * (16#${rest:0:2} - 64))) from=2 ;;
esac
head=${rest:from:length}
rest=${rest:from+length}
[[ $(commitment head "$salt" <<< "$head") == "${leaf:8:64}" ]] || refuse "the head is not the one that was signed"
echo "the head is the one that was signed"
[[ $rest ]] || exit 0
[[ $(hex < body | commitment body "${rest:2:32}") == "${leaf:76:64}" ]] || refuse "the body is not the one that was signed"
echo "the body is the one that was signed"
