### English. A key here stands in fr.ftl and ru.ftl too, with the same values.

exercise = EXERCISE

precedence-flash = FLASH
precedence-immediate = IMMEDIATE
precedence-priority = PRIORITY
precedence-routine = ROUTINE

subject-safety = SAFETY
subject-notice = NOTICE
subject-clarification = CLARIFICATION
subject-protest = PROTEST
subject-service = SERVICE
subject-unknown = not readable

form-1 = LINE TEST
form-2 = SERVICE MESSAGE
form-3 = FREE TEXT
form-4 = WARNING
form-5 = REQUEST FOR EXPLANATION
form-6 = REPLY
form-7 = CORRECTION
form-8 = CANCELLATION
form-9 = CONTACT BY ANOTHER CHANNEL
form-10 = STANDARD PHRASE
form-unknown = UNKNOWN FORM

header-precedence = PRECEDENCE
header-from = FROM
header-to = TO
header-subject = SUBJECT
header-number = MESSAGE NUMBER
header-time = DATE AND TIME
header-agreement = AGREEMENT REFERENCE
header-reference = MESSAGE REFERENCE
header-content = CONTENT
header-remarks = REMARKS
header-end = END OF MESSAGE { $number }
agreement-version = { $name }, version { $version }
not-stated = not stated
address = { $title } ({ $address })

field-officer = Officer
field-word = Operative word
field-place = Place
field-time = Time
field-number = Number
field-phrase = Phrase
field-passage = Passage
field-channel = Channel
field-counterpart = With
field-text = Text
original-in = Original text, { $original }
attachment = Attachment { $number }: { $name }, { $size } bytes
attachment-held = here
attachment-awaited = not here yet
attachment-beyond = not fetched, agreed is at most { $agreed } bytes
attachment-not-ours = not for this party
attachment-arrived = Attachment { $number } of { $message } is here.
attachment-saved = Saved as { $path }
attachment-count = Attachments: { $count }, here: { $held }
language-en = in English
language-fr = in French
language-ru = in Russian
language-other = language { $code }

operative-1 = STOP
operative-2 = SPARE
channel-1 = TELEPHONE
channel-2 = ATTACHE
channel-3 = LETTER
outcome-1 = PASSED TO
outcome-2 = STOPPED AT
outcome-3 = CANNOT
outcome-4 = NOT OURS

chain = CHAIN AT { $party }
step-on-their-record = ON THEIR RECORD
step-shown = SHOWN ON { $screens ->
    [0] A SCREEN
    [one] { $screens } SCREEN
   *[other] { $screens } SCREENS
}
step-shown-idle = SHOWN ON { $screens ->
    [one] { $screens } SCREEN
   *[other] { $screens } SCREENS
}, NOBODY HAS ACTED
step-taken-by = TAKEN BY
step-read-by = READ BY
step-read-back = READ BACK
step-passed-to = PASSED TO
step-outcome = OUTCOME
step-answered = ANSWERED
machine = machine
not-yet = not yet
not-asked = nothing to read back
by-reply = REPLY { $number }
clock-left = { $time } left, due { $due }
clock-overdue = OVERDUE by { $time }, was due { $due }
clock-met = in time, { $time } before it was due
clock-missed = { $time } after it was due
clock-stopped = clock stopped { $time } before it was due
clock-stopped-late = clock stopped { $time } after it was due
read-back-matches = matches
read-back-differs = DOES NOT MATCH
say-again = SAY AGAIN
say-again-field = SAY AGAIN field { $field }
claimed = they say { $time }

difference-invisible = invisible character: sent { $sent }, typed { $typed }
difference-look-alike = looks alike, is another character: sent { $sent }, typed { $typed }
difference-digit = digit of another script: sent { $sent }, typed { $typed }
difference-minus = another minus sign: sent { $sent }, typed { $typed }
difference-space = unusual space: sent { $sent }, typed { $typed }
difference-missing = missing: { $sent }
difference-extra = too much: { $typed }
difference-other = differs: sent { $sent }, typed { $typed }
difference-surplus = typed, but there is no such field: { $typed }
nothing = nothing

warned-title = MARKED IN THE TEXT
warned-direction = character that changes the direction of writing: { $name }
warned-invisible = invisible character: { $name }
warned-control = control character: { $name }
warned-look-alike = letter that looks like another: { $name }
warned-digit = digit of another kind: { $name }
warned-minus = dash in the place of a minus sign: { $name }
warned-space = unusual space: { $name }
warned-flood = too many marks on one letter: { $name }
warned-signature-line = line that imitates a signature; it is only text
warned-forged-mark = sign that imitates one of our marks: { $name }
warned-shortened = the text is longer than what is shown

time-before-bracket = the written time is earlier than is possible
time-after-bracket = the written time is later than is possible
time-late = arrived long after the time written on it
time-stopped-before = stopped before the message was sent

proof-follows = proof follows
one-sided = ONE-SIDED: the other side has not confirmed this contact
confirmed-by = CONFIRMED BY
corrected-by = CORRECTED BY { $numbers }
cancelled-by = CANCELLED BY { $numbers }
answered-by = ANSWERED BY { $numbers }
no-effect = NO EFFECT: { $reason }
marked = MARKED: { $reason }
without-effect = Without effect

act-16 = MESSAGE
act-17 = SHOWN
act-18 = TAKEN
act-19 = READ
act-20 = READ BACK
act-21 = SAY AGAIN
act-22 = PASSED TO
act-23 = OUTCOME
act-24 = CONTACT CONFIRMED
act-33 = LINE TEST ANSWERED
act-48 = WATCH TAKEN
act-49 = WATCH LEFT

effect-unreadable-head = the entry cannot be read
effect-unreadable-body = the content cannot be read
effect-unknown-form = the form is unknown to this node
effect-unknown-field = it has a field unknown to this node
effect-form-not-of-kind = the form does not belong to this kind of entry
effect-subject-not-of-form = the form cannot have this subject
effect-protest-flash = a PROTEST is never FLASH
effect-missing-reference = it names no message
effect-unknown-message = the message it names is not on the record here
effect-foreign-post = the post does not belong to the party that wrote it
effect-own-message = a party cannot do this to its own message
effect-not-addressed = the message is not addressed to this party
effect-post-not-addressed = the message is not addressed to this post
effect-already-taken = it was already taken
effect-not-a-contact = the message is not a contact by another channel
effect-not-a-line-test = the message is not a line test
effect-of-a-line-test = nodes answer a line test by themselves, and no person acts on it
effect-not-the-author = only its author may correct or cancel a message
effect-not-a-request = it does not answer a request for explanation of the other side
effect-missing = missing: { $part }
effect-unexpected = not part of this form: { $part }
effect-bad = not valid: { $part }
effect-long = too long: { $part }
effect-other = not valid ({ $part })

part-text = text
part-attachments = attachments
part-passages = marked passages
part-operative = operative word
part-place = place
part-time-ms = time
part-time = time
part-numbers = numbers
part-phrase = phrase
part-slots = values of the phrase
part-channel = channel
part-counterpart = who was spoken with
part-template = text of the line test
part-officer = officer
part-screens = number of screens
part-field = number of the field
part-recipient = to whom
part-typed = what was typed
part-outcome = outcome
part-reason = reason
part-heard = whether the alarm was heard

## Lists of messages.

inbox-open = { $open ->
    [one] { $open } message open
   *[other] { $open } messages open
}, { $overdue } overdue, of the { $looked } latest; as of { $time }.
inbox-none = Nothing is open among the { $looked } latest messages, as of { $time }.
inbox-truncated = Only the { $limit } latest of each precedence were looked at, and the { $limit } FLASH that wait longest.
inbox-flood = { $count } more messages of { $party } sound as one alarm; they came at { $rate } a minute.
inbox-latest = The { $count } latest messages, newest first; as of { $time }.
inbox-from = from
inbox-to = to
inbox-ago = { $time } ago
inbox-then = then

## What the commands of an officer say around a chain. `command` is what to type.

labelled = { $name }: { $value }
recorded-as = On our record as { $number }.
said = On our record as { $number } since { $time }: { $what }, to { $posts }.
said-signed = { $party } has signed for it.
said-unsigned = Their node has not signed for it yet.
said-stopped = This node is stopped: the message leaves when it is up (`coupefeu up`).
said-chain = Its chain: { $command }
ask-again = Ask for it again: { $command }
take-it = To take it: { $command }
line-up = Line to { $party }: up; their node answers.
line-late = Line to { $party }: up; their node has not answered lately.
line-down = Line to { $party }: down.
events-missed = { $count } events were not printed: see `coupefeu inbox` and `coupefeu record`.

## The watch.

watch-taken = On watch from now on: { $post }. The other side sees it.
watch-left = No longer on watch: { $post }. Messages go and ring all the same.
watch-heard = The alarm was heard here.
watch-not-heard = THE ALARM WAS NOT HEARD here.
watch-check-alarm = Look at loudspeaker, volume and cable; then take the watch again.
watch-ask = The alarm rings now. Did you hear it?

## The phrase book. Values come in the order of services/messages/phrases.py.

phrase-01 = Cease fire at { $place }.
phrase-02 = We have ceased fire at { $place } at { $time }.
phrase-03 = We are under fire at { $place }.
phrase-04 = Our aircraft is astray near { $place }. Do not fire on it.
phrase-05 = A launch by accident is under way. Impact expected at { $place } at { $time }.
phrase-06 = Our ship or aircraft is in distress at { $place }.
phrase-07 = A rescue is under way at { $place } until { $time }.
phrase-08 = We ask for safe passage at { $place } from { $time }.
phrase-09 = We give safe passage at { $place } from { $time }.
phrase-10 = Keep clear of { $place } until { $time }.
phrase-11 = We keep clear of { $place } until { $time }.
phrase-12 = Your aircraft near { $place } is too close to ours. Keep this distance in kilometres: { $number }.
phrase-13 = Your ship near { $place } is too close to ours. Keep this distance in nautical miles: { $number }.
phrase-14 = Civilians are at { $place }. Number of persons: { $number }.
phrase-15 = Our personnel are at { $place }. Number of persons: { $number }.
phrase-16 = We have no forces at { $place }.
phrase-17 = What are your forces doing at { $place }?
phrase-18 = The activity at { $place } ended at { $time }.
phrase-19 = We are finding out. We will answer by { $time }.
phrase-20 = We agree.
phrase-21 = We do not agree.
phrase-22 = We do not understand. Say it in other words.
phrase-23 = We propose to speak by voice at { $time }.
phrase-24 = This line will be out of service until { $time }.

## Line tests: neutral descriptions, no innuendo; the first holds the alphabet and the digits.

line-test-1 = ABCDEFGHIJKLMNOPQRSTUVWXYZ 0123456789
line-test-2 = The river rises in the hills and flows slowly to the sea.
line-test-3 = A library lends books to its readers for thirty days.
line-test-4 = Oak, beech and lime trees stand along the road to the station.
line-test-5 = The museum opens at ten in the morning and closes at six in the evening.
line-test-6 = Bread is made of flour, water, salt and yeast.

## The console: signing in.

ui-enter = Signing in…
ui-enter-refused = This link did not sign you in
ui-enter-none = The address has no key: the part behind # is missing. Open the whole link.
ui-enter-unknown = This link is not known here. Another node made it, or this node was started again since.
ui-enter-used = This link was used already. Each link signs in one browser, once.
ui-enter-used-by-whom = If it was not you who used it, somebody else sits at this console now. Tell whoever runs this node at once; this signs everybody out:
ui-enter-expired = This link has expired. A link is good for ten minutes.
ui-enter-displaced = This link was ended: everybody was signed out, or many newer links were made.
ui-enter-guesses = Too many wrong links came from this address. Wait a few seconds, then try again.
ui-enter-unreachable = Our node did not answer. Try again; if the link is called used then, ask for a new one.
ui-enter-again = Try again
ui-enter-signed-in = This browser is signed in as { $post }.
ui-enter-open = Open the console

## The console: shell, Line and Messages.

ui-unknown = unknown
ui-close = Close
ui-loading = Asking our node…
ui-skip = To the content of the page
ui-pages = Pages
ui-page-line = Line
ui-page-messages = Messages
ui-page-record = Record
ui-page-agreement = Agreement
ui-page-api = API
ui-language = Language
ui-theme-system = Light: as the system
ui-theme-light = Light: day
ui-theme-dark = Light: night
ui-sign-out = Sign out
ui-keys = Keys
ui-keys-on = Single keys work
ui-not-live = NOT LIVE
ui-not-live-since = NOT LIVE since { $time }
ui-not-live-hint = Our node is not answering this page. What stands below is old. The page keeps trying; what you typed is kept.
ui-unreachable = Our node did not answer.
ui-unreachable-hint = What you typed is kept. Press again: the same entry is never made twice.
ui-signed-out = Nobody is signed in here
ui-signed-out-hint = Whoever runs this node prints a link that works once, with this command, and you open it in this browser:
ui-signed-out-kept = Drafts typed in this tab are kept until it is closed.
ui-refused = It was refused.
ui-what-to-do = What to do
ui-coverage = { $shown } shown of { $total }; { $looked } looked at; as of { $time }.
ui-coverage-truncated = Older ones were not looked at.
ui-line-unknown = Line to { $party }: unknown.
ui-count-open = { $count } open
ui-count-overdue = { $count } overdue
ui-clock-ours = { $party }, our clock, UTC
ui-clock-theirs = { $party }, as their node says
ui-watch-at = Watch at { $party }:
ui-watch-nobody = nobody on record
ui-watch-not-heard = alarm not heard
ui-our-node = our node
ui-their-node = their node
ui-bearers = Bearers
ui-bearers-none = no bearer is set
ui-bearer-down = down
ui-bearer-trying = trying
ui-bearer-open = connected, their node has not shown itself yet
ui-bearer-proven = their node has shown itself
ui-bearer-we-dial = we dial
ui-bearer-they-dial = they dial
ui-state-for = { $state }, for { $time }
ui-so-for = for { $time }
ui-since-start = since our node started
ui-since = since { $time }, { $age }
ui-as-their-node-says = as { $party }’s node says
ui-heartbeat = Heartbeat of their node
ui-heartbeat-answers = Their node answers
ui-heard = last heard { $time }, { $age }
ui-heard-never = nothing heard since our node started
ui-last-machine = Last entry of their machines:
ui-watch-theirs = Their watch
ui-watch-heard = their alarm was tried and heard
ui-watch-nobody-hint = Nobody of their desk has put on record that they are on watch.
ui-answer = Last answer of a person
ui-answer-none = No act of a person of theirs is on the record here.
ui-round-trip = round trip
ui-clock-difference = their clock minus ours
ui-queued = waiting to go
ui-in-flight = sent, not signed for yet
ui-refused-datagrams = datagrams refused
ui-their-node-busy = Their node says that it is busy: it takes our entries up later.
ui-fetching = Attachment { $number } of { $message } on its way here
ui-overdue = Overdue
ui-overdue-none = Nothing is overdue among the { $looked } messages looked at, as of { $time }.
ui-line-tests = Line tests
ui-line-tests-none = No line test among the { $looked } messages looked at, as of { $time }.
ui-line-test-text = Text of a line test
ui-line-test-send = Send a line test
ui-from-to = { $from } to { $to }
ui-row-awaited = { $party }: { $step }
ui-row-overdue = OVERDUE by { $time }
ui-row-nothing-awaited = nothing awaited
ui-row-cancelled = CANCELLED
ui-write = Write a message
ui-open = Open, the most urgent first
ui-all-newest = All, newest first
ui-none-of = None of the { $looked } messages looked at is like this, as of { $time }.
ui-key-next = Next message
ui-key-previous = Previous message
ui-key-search = Search
ui-filter = Filter
ui-filter-text = Words in the message, or its number
ui-filter-all = all
ui-filter-open = open only
ui-filter-clear = Show all again
ui-form = FORM
ui-back-to-messages = All messages
ui-on-record-not-shown = On their record; no screen has shown it.
ui-letter = The message
ui-when-sent = when it is sent
ui-critical = critical passage
ui-attachment-beyond = not fetched, larger than what is agreed
ui-acts = What you can do
ui-act-take = TAKE
ui-act-read = I HAVE READ IT
ui-act-read-back = READ BACK
ui-act-say-again = SAY AGAIN
ui-act-pass-to = PASS TO
ui-act-outcome = OUTCOME
ui-act-confirm = CONFIRM THE CONTACT
ui-correct = Correct it
ui-cancel-message = Cancel it
ui-reply = Reply
ui-put-on-record = Put on record
ui-to-whom = To whom: a post or a unit
ui-why-not = Why it cannot be done
ui-not-clear = What is not clear
ui-remark = Remark
ui-outcome-which = What became of it
ui-stopped-when = When it was stopped
ui-which-part = Which part
ui-whole-message = the whole message
ui-read-back-how = Read each marked part and type it anew here. Both nodes compare it with what was sent, character by character; a difference is recorded too, and named.
ui-not-pasted = Type it anew: what is pasted proves nothing.
ui-type-word = The operative word, in any of the three languages.
ui-type-place = The place, exactly as it stands.
ui-type-time = The time as a date-time group, such as 240312Z MAR 22.
ui-type-number = The number in digits.
ui-type-phrase = The two digits of the phrase.
ui-type-passage = The marked passage, word for word.
ui-sent = sent
ui-typed = typed
ui-about-message = The message it is about: { $number }
ui-which-form = Which form
ui-form-warning = Stop, or spare, what is at a place. The outcome is awaited.
ui-form-standard-phrase = One of 24 agreed phrases; each side reads it in its own language.
ui-form-request-for-explanation = Ask what something is or was. A reply is awaited.
ui-form-free-text = Anything else, in your own words.
ui-form-contact = Put on record a contact by telephone, attaché or letter; they are asked to confirm it.
ui-form-service-message = About the line itself: its work, its equipment.
ui-operative-1 = what you do there
ui-operative-2 = what is there
ui-counterpart-hint = Who was spoken with, as a post.
ui-place-hint = As both sides write it, such as 36.1 N 38.0 E.
ui-time-hint = UTC: 0312Z for today, 240312Z MAR 22, or now.
ui-numbers-hint = In digits; several with a blank between them.
ui-number-hint = In digits.
ui-subject-hint = Subjects are kept apart, so that a protest never hides a warning.
ui-as-earlier = as the message it is about
ui-means-flash = Sounds at their desk until somebody takes it.
ui-means-immediate = Before everything but a FLASH; it does not sound.
ui-means-priority = Before routine; it does not sound.
ui-means-routine = In its turn; it does not sound.
ui-choose = choose
ui-select-first = Select the passage in the text first.
ui-passage-long = A passage has { $characters } characters at most, a message { $passages } passages.
ui-mark-critical = Mark the selection as critical
ui-critical-passages = Critical passages: they must read these back exactly.
ui-passage-gone = no longer stands in the text
ui-unmark = Unmark
ui-text-language = Language of the text
ui-to-agreed = as agreed: a FLASH to the duty desks, others to the counterpart of your post
ui-to-chosen = to posts chosen here
ui-files = Attachments
ui-files-hint = Choose or drop files here: { $files } at most, { $bytes } bytes each.
ui-file-refused = { $name } is not taken: at most { $files } files, each of 1 to { $bytes } bytes.
ui-file-remove = Remove
ui-preview = How they will read it
ui-preview-in = How they will read it: { $language }
ui-preview-missing = Still missing: { $parts }.
ui-preview-none = Our node has not drawn it yet.
ui-send = Send
ui-send-flash = Send the FLASH
ui-send-flash-ask = Send a FLASH?
ui-send-flash-to = To { $to }.
ui-send-flash-means = It covers every screen of their desk and sounds until somebody takes it. It cannot be called back; it can be corrected or cancelled by another message.
ui-throw-away = Throw the draft away
ui-draft-kept = What you type is kept in this tab over a reload and a dead line.

## The console: the demonstration, its strip of five steps. `here`: on this page; `there`: on the other side's.

ui-demo-title = The first five minutes
ui-demo-count = { $done } of { $all } steps done
ui-demo-fold = Fewer words
ui-demo-unfold = Show all
ui-demo-done = DONE { $time }
ui-demo-end = All five steps are done. The line stays up: go on as you like.

ui-demo-flash = FLASH from US
ui-demo-flash-here = Write a message, choose FLASH, send it:
ui-demo-flash-there = On the page of US: write a message, choose FLASH, send it.
ui-demo-flash-link = New message
ui-demo-flash-fact = A FLASH stands on the record of US.

ui-demo-hear = Hear it at RU
ui-demo-hear-here = This page sounds, and the FLASH covers it. No sound? A browser waits for a first key or press in the page.
ui-demo-hear-there = The page of RU sounds, and the FLASH covers it. No sound? A browser waits for a first key or press in that page.
ui-demo-hear-fact = The node of RU says that a screen has shown it.

ui-demo-take = Take it
ui-demo-take-here = Enter or T takes it: that says who deals with it, and nothing more.
ui-demo-take-there = On the page of RU, Enter or T takes it. Here the chain of the message then says who did.
ui-demo-take-fact = RU has put on record who took it.

ui-demo-break = Break the link
ui-demo-break-here = The path is really cut; both pages notice within seconds, and what is sent meanwhile waits.
ui-demo-break-fact = Both nodes have said that the line was down.
ui-demo-cut = Break the link
ui-demo-broken = The link is broken.
ui-demo-restore = Restore the link

ui-demo-verify = Verify the record
ui-demo-verify-here = Let our node check both records as a stranger would:
ui-demo-verify-link = Record
ui-demo-verify-fact = Both records hold together, and nothing more is proved.

## The console: FLASH, alarms and the watch.

ui-flash-title = FLASH { $number } ({ $count })
ui-flash-name = FLASH { $number }
ui-flash-age = came { $time } ago
ui-flash-count = { $count } FLASH wait; this one waits longest
ui-flash-says = What it says
ui-flash-they-say = { $time }, as they say
ui-flash-loading = Asking our node what it says. It can be taken at once.
ui-flash-take = TAKE IT
ui-flash-means = Taking says on record that this post deals with it, and ends the sound at every console. What you were writing is kept.
ui-flash-keys = Enter or T takes it; nothing else does.
ui-flash-wait = Keys are ignored for a moment, so that what you were typing takes nothing.
ui-flash-dead = Our node does not answer, so taking cannot go on record now. The sound goes on. Act by other means; press again when it answers.
ui-flash-aside = Put it aside on this page until our node answers
ui-taken-title = { $number } is taken. What next?
ui-taken-others = Taken before it:
ui-taken-back = Back to what was here
ui-taken-open = Open the message with its chain
ui-sound-asleep = THIS PAGE CANNOT SOUND.
ui-sound-asleep-why = The browser lets a page sound only after a key or a press in it. Press any key, or the button.
ui-sound-discarded = The browser had put this tab away: until now it showed nothing and could not sound.
ui-sound-wake = Let it sound
ui-outcome-title = OVERDUE { $number }
ui-outcome-overdue = { $count ->
    [one] The outcome of { $count } message is overdue:
   *[other] The outcome of { $count } messages is overdue:
}
ui-outcome-more = and { $count } more
ui-outcome-ends = It sounds until the outcome is on record, or until you say that you heard it.
ui-outcome-heard = Heard: end the sound on this page
ui-our-flash = Our FLASH
ui-our-flash-not-there = not on their record yet
ui-our-flash-nobody = Nobody there has acted, { $time } after it was sent.
ui-duty-take = Take the watch
ui-duty-again = Take the watch anew
ui-duty-leave = Leave the watch
ui-duty-post = At this desk:
ui-duty-why = The alarm of this page is played, and you say whether you heard it. Your answer goes on record, and the other side sees who is on watch.
ui-duty-play = Play the alarm
ui-duty-rendered = The browser is playing it now. Whether it can be heard, only you can say.
ui-duty-not-rendered = The browser is not playing it: this page cannot sound.
ui-duty-yes = Yes, I heard it
ui-duty-no = No
ui-duty-check = What to look at, then try again:
ui-duty-check-volume = the volume of this machine, and of the loudspeaker itself
ui-duty-check-tab = whether this tab, or the whole browser, is muted (a crossed loudspeaker in the tab)
ui-duty-check-output = to which device this machine sends its sound
ui-duty-check-cable = cable and power of the loudspeaker
ui-duty-retry = Play it again
ui-duty-leave-means = The other side sees that nobody is on watch at this desk. Messages come and sound all the same.
