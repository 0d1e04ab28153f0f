"""Where somebody lives: a flat or room always, a whole address when it is said to be a home.

The street and number of what is reported stay: they say where the lamp is that is dark. What is behind a front
door, and any address that the writer calls theirs or another person's home, is personal.
"""

from __future__ import annotations

import re

from lacarte.engines.text.personal.numbers import Found

_N = r"[0-9一二三四五六七八九十百零〇两]"
_BUILDING = rf"[A-Za-z]?{_N}{{1,4}}[A-Za-z]? ?(?:栋|幢|座|号楼)"
_STOREY = rf"(?:{_N}{{1,2}} ?[楼层] ?)?"
# No address nests so deep; without an end every start would read the whole text.
_DEEPEST = 8
_ROOM = re.compile(
    rf"(?:(?:{_BUILDING}|[A-Za-z]座|(?<![A-Za-z])[A-Za-z]栋|{_N}{{1,4}} ?(?:号院|期|区)) ?){{0,{_DEEPEST}}}"
    rf"(?:[A-Za-z]?{_N}{{1,3}} ?单元 ?{_STOREY}[A-Za-z]?\d{{2,4}}(?![年元\d])(?:-\d{{1,4}})?(?: ?[室号户房])?"
    rf"|{_STOREY}[A-Za-z]?[1-9]\d{{1,3}}(?:-\d{{1,4}})? ?"
    r"(?:室(?![内外友温])|号房|房(?![价租产屋子源贷管客\d])))"
)
_BUILDING_DOOR = re.compile(
    rf"{_BUILDING} ?(?:{_N}{{1,3}} ?单元 ?)?{_STOREY}[A-Za-z]?[1-9]\d{{2,3}}"
    r"(?! ?[元米平方块人名位年岁多余个辆栋\d]|户(?:居民|人|业主|家))(?: ?[室号户房])?"
)
_DASHED_DOOR = re.compile(r"(?<=[路街巷弄里村苑园区城府庭居寓\d号]) ?(?<!\d)\d{1,3}-\d{1,2}-\d{3,4}(?!\d)")
_FLAT = re.compile(
    r"\b(?:apt|apartment|flat|unit|suite|ste|room|rm)(?:\.? ?(?:no|number|nr)\b\.?)?"
    r"(?:\.? ?#? ?(?=[a-z]{0,2}-?\d)[a-z]{0,2}-?\d{1,5}[a-z]?|\.? (?-i:[A-Z]))(?![\w'’])",
    re.IGNORECASE,
)
STREET_WORDS = (
    r"st|street|str|ave|avenue|av|rd|road|blvd|boulevard|ln|lane|dr|drive|ct|court|pl|place|ter|terrace|way|sq|"
    r"square|close|crescent|row|gardens|hill|quay|alley|steps|ring|walk|mews|grove|park|loop|circle|cir|hwy|highway|"
    r"plaza|center|centre|school|library|hospital|station|playground|garden|bridge|tower|hall|building|church"
)
_TYPES = f"(?:{STREET_WORDS})"
_STREET = (
    rf"\d{{1,5}}[A-Za-z]?(?:[-/]\d{{1,4}})? (?:[\w'’.]+ ){{1,4}}?{_TYPES}\b\.?"
    rf"|(?:[A-Z][\w'’]+ ){{1,3}}{_TYPES}\.? \d{{1,5}}[A-Za-z]?"
)
_NUMBER_SIGN = re.compile(rf"\b{_TYPES}\.?,? ?(# ?\d{{1,5}}[A-Za-z]?)\b", re.IGNORECASE)
_WHO = r"(?:i|we|she|he|they|who|mother|father|parents?|grandmother|grandfather|neighbou?r)"
_LIVES = re.compile(
    rf"(?:\b{_WHO}(?: ?(?:currently|still|both|all))?(?:'m| am| are)?"
    r" (?:live|lives|living|reside|resides|stay|stays|staying)(?: alone| with [\w ]{1,20}?)? (?:at|in|on)"
    r"|\b(?:my|our|her|his|their)(?: home| current| mailing| postal)? (?:address|home|house|place|flat|apartment)"
    r"(?: is|'s|:|,)?(?: at| on)?|\bhome address(?: is|:)?|\bresid(?:ing|ent) (?:at|of)"
    r"|\baddress of (?:the )?(?:patient|tenant)(?: is|:)?)\s{1,2}"
    rf"({_STREET})",
    re.IGNORECASE,
)
_HOME = re.compile(
    r"(?:家住在?|我住在?|住址|家庭(?:住址|地址)|家在|住在|我家(?:地址|住址)?(?:是|在|住)?|居住(?:在|于|地址)|户籍(?:地址|所在地)|"
    r"(?:联系|收货|邮寄|家)地址)(?:是|为|在)?[:： ]{0,2}"
    rf"([\u3400-\u9fffA-Za-z0-9]{{2,30}}?(?:\d{{1,4}}|{_N}{{1,5}})(?:号(?!线)|弄|栋|幢|座|单元|组)"
    rf"(?:{_N}|[A-Za-z-]|[号弄栋幢座室楼层户房院组]|单元|[东南西北]侧)*)"
)


def homes_in(folded: str) -> Found:
    """Flats, rooms, and whole addresses that are called a home, in folded text."""
    for found in _FLAT.finditer(folded):
        yield found.start(), found.end(), "address"
    for pattern in (_NUMBER_SIGN, _LIVES):
        for found in pattern.finditer(folded):
            yield found.start(1), found.end(1), "address"
    if folded.isascii():
        return
    for pattern in (_ROOM, _BUILDING_DOOR, _DASHED_DOOR):
        for found in pattern.finditer(folded):
            if not re.match(r" ?\d?[厅卫厨]", folded[found.end() :]):
                yield found.start(), found.end(), "address"
    for found in _HOME.finditer(folded):
        yield found.start(1), found.end(1), "address"
