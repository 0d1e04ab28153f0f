"""Names of people: after words that announce one, before a form of address, or beside their number."""

from __future__ import annotations

import re

from lacarte.engines.text.personal.given_names import GIVEN_NAMES
from lacarte.engines.text.personal.homes import STREET_WORDS
from lacarte.engines.text.personal.no_names import BEGIN_NO_NAME, CAPITAL_NO_NAME, LOWER_NO_NAME
from lacarte.engines.text.personal.numbers import Found

#: The surnames of more than nine in ten people in China, and the usual ones of two signs.
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任"
    "沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔"
    "向汤常温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌"
    "毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦"
    "褚娄窦戚岑景费卜冷晏席卫柏宗瞿桂全佟应臧闵苟邬边姬栾隋刁沙巫寇桑郎甄丛仲虞敖巩佘池查麻苑迟邝"
)
_DOUBLE = "欧阳|上官|司马|诸葛|司徒|东方|夏侯|皇甫|尉迟|公孙|慕容|令狐|长孙|宇文|端木|南宫|轩辕"
_SURNAME = f"(?:{_DOUBLE}|[{_SURNAMES}])"
#: Signs that sentences are full of and given names are not.
_NOT_GIVEN = (
    "的了是在我你您他她它们这那哪有没不就都也很给让被把对从向与及或到来去说叫请找打接只还又但而吗呢吧啊呀"
    "先师和等月日号路街区市县镇村"
)
_GIVEN = rf"(?![{_NOT_GIVEN}])[\u3400-\u9fff]"
_NAME = rf"{_SURNAME}{_GIVEN}(?:{_GIVEN})??"
_ENDS = (
    r"(?=$|[^\u3400-\u9fff]|是|的|住|今年|电话|手机|身份证|联系|家住|来自|想|要|反映"
    r"|需|已|投诉|因|被|在|今|称|说|搬)"
)
_ANNOUNCED = re.compile(
    r"(?:我叫|名叫|名字(?:是|叫)|叫做|姓名|联系人|投诉人|举报人|反映人|来电人|申请人|报修人|户主|患者|业主|当事人|"
    r"受害人|收件人|负责人|署名|户名|本人)[ ]?(?:是|为|叫|姓名)?[ ]{0,2}[:：,，]?[ ]{0,2}"
    rf"({_NAME})(?:\(|（|{_ENDS})"
)
_ROLE = (
    r"(?:退休|小区|社区|本村|村|街道|学校|一名|一位|的|普通|[a-zA-Z\d]+栋)*"
    r"(?:教师|老师|村民|居民|业主|住户|学生|家长|职工|员工|司机|工人|租户|市民|护士|医生|志愿者|社工)"
)
_RELATED = re.compile(
    r"(?:老人|老伴|父亲|母亲|妈妈|爸爸|我爸|我妈|我哥|我姐|我弟|我妹|爷爷|奶奶|外公|外婆|儿子|女儿|孙子|孙女|丈夫"
    r"|妻子|老公|老婆|邻居|同事|朋友|房客|孩子)"
    rf"(?:叫|名叫|是)?({_NAME}){_ENDS}"
)
_AGED = re.compile(
    rf"(?:^|(?<=[\s,.;:!?，。；：！？、()]))({_NAME})[,，、 (]?"
    r"(?=[男女][,，、。) ]|[\d一二三四五六七八九十]{1,3}岁)"
)
_NEXT_DOOR = re.compile(rf"(?:楼上|楼下|隔壁|对门)(?:的|是)?({_NAME})(?=家|的|[,，。]|天天|每)")
_SURNAMED = re.compile(rf"(?:我|本人|他|她|免贵)姓({_SURNAME})(?=$|[\s,，。；;、!！])")
_I_AM = re.compile(rf"(?:我|这里|这边)是{_ROLE}?({_NAME})(?=$|[\s,.;!?，。；！？、(（]|电话|手机|，|住)")
_ADDRESSED = re.compile(
    r"先生|女士|小姐|师傅|老师|阿姨|大妈|大爷|大伯|大姐|大哥|叔叔|奶奶|爷爷|婆婆|同志|同学|太太"
)
_BEFORE_ADDRESS = re.compile(rf"{_SURNAME}(?:{_GIVEN}){{0,2}}")
_LONGEST = 4  # signs of a name
_WHICH_WEEK = "一二三四五六七八九十两第每上下这几半"
#: Signs before a form of address that end another word: “主任老师” names nobody.
_ENDS_A_WORD = (
    "主任",
    "责任",
    "班任",
    "相关",
    "有关",
    "积金",
    "资金",
    "基金",
    "现金",
    "中学",
    "校长",
    "院长",
    "园长",
)
_BEFORE_NUMBER = re.compile(
    rf"(?:^|(?<=[\s,.;:!?，。；：！？、()（）]))({_NAME})[ ,，、:：(（]{{0,2}}"
    r"(?:的)?(?:联系)?(?:电话|手机|号码|tel)?(?:号码?)?"
    r"(?:是|为)?[ :：]{0,2}$"
)
_SIGNED = re.compile(rf"[。！!.\n~～] *({_NAME})[ 。.]*$")

_WORD = r"(?:[A-Z][a-z]+(?:['’-][A-Z]?[a-z]+)?|[A-Z]['’][A-Z][a-z]+|Mc[A-Z][a-z]+)"
_FULL = rf"(?:{_WORD}(?: [A-Z]\.?(?= ))?(?: (?:de|da|van|von|der|la|del|bin|al) )?(?: ?{_WORD}){{0,2}})"
_TWO = rf"{_WORD}(?: [A-Z]\.)? {_WORD}(?: {_WORD})?"
_CALLED = re.compile(
    r"(?:\b(?:my|her|his|their|the (?:owner|tenant|driver|caller|neighbou?r)'?s?)(?: full)? name(?:'s| is| was|:)|"
    r"\b(?:full |first |last |contact |sur)?name ?:|\breported by:?|\bcontact (?:person )?:?|\bsubmitted by:?|"
    r"\bask for|\bcare of|\bsigned,?|\b(?:kind )?regards,?|\bsincerely,?|\bspeak (?:to|with)|"
    r"\bcomplainant:?|\bcaller:?|\bowner:?|\btenant:?|\bthis is|\bi am called|\bcalled|\bnamed|\bmy (?:neighbou?r|"
    r"husband|wife|mother|father|son|daughter|landlord|tenant|brother|sister|boss|caretaker|nurse|carer),?)"
    rf"\s{{1,2}}(?-i:({_FULL}))",
    re.IGNORECASE,
)
_LOWER_CALLED = re.compile(
    r"\b(?:my (?:full )?name(?:'s| is)|name ?:|names? is)\s{1,2}([a-z]{2,15}(?: [a-z]{2,15})?)(?=$|[\s.,;!?])",
    re.IGNORECASE,
)
_I_AM_TWO = re.compile(rf"\b(?:I am|I['’]m|I m|am)\s(?-i:({_TWO}))", re.IGNORECASE)
_I_AM_ONE = re.compile(
    rf"\b(?:I am|I['’]m|(?i:it['’]s|its|it is))\s(?-i:({_WORD}))(?=[,.;!]| from| and I|$)", re.IGNORECASE
)
_TITLED = re.compile(rf"\b(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Sir|Madam|Uncle|Aunt|Auntie|Nurse)\.? ({_FULL})")
_STREET_BEFORE = re.compile(r"(?:[A-Z][a-z]+|\d\w*|[A-Z]{2,}) $")
_SIGNED_LATIN = re.compile(
    rf"\b(?:[Tt]hanks?(?: you)?|[Yy]ours(?: truly)?|[Cc]heers|[Rr]egards|[Bb]est|[Ss]incerely)"
    rf"[,.!]?\s+({_FULL})\.?\s*$"
)
_HERE = re.compile(rf"\b({_TWO}) (?:here\b|speaking\b|calling\b|writing\b)")
_WRITTEN_OUT = re.compile(rf"\b({_WORD}(?: [A-Z]\.)? {_WORD}(?:-{_WORD})?)(?!['’\w])")
_AFTER_PLACE = re.compile(rf" (?:{_WORD} )?(?:{STREET_WORDS})\b", re.IGNORECASE)
_BEFORE_PHONE = re.compile(rf"({_TWO})(?:,| -|:| at| on|\()? ?(?:phone|cell|tel|mobile)?:? ?$")


def names_in(folded: str, numbers: list[int]) -> Found:
    """Names in folded text; ``numbers`` says where phones and documents start, beside which a name may stand."""
    yield from _chinese(folded, numbers)
    yield from _latin(folded, numbers)


def _chinese(folded: str, numbers: list[int]) -> Found:
    if folded.isascii():
        return
    for pattern in (_ANNOUNCED, _RELATED, _AGED, _NEXT_DOOR, _SURNAMED, _I_AM, _SIGNED):
        for found in pattern.finditer(folded):
            if found[1][:2] not in BEGIN_NO_NAME and not found[1].endswith(("人", "员", "者", "户", "主", "工")):
                yield found.start(1), found.end(1), "name"
    for title in _ADDRESSED.finditer(folded):
        if not folded.endswith(_ENDS_A_WORD, 0, title.start()):
            start = _name_before(folded, title.start())
            if start < title.start():
                yield start, title.start(), "name"
    for at in numbers:
        start = max(0, at - 16)
        if (beside := _BEFORE_NUMBER.search(folded[start:at])) and beside[1][:2] not in BEGIN_NO_NAME:
            yield start + beside.start(1), start + beside.end(1), "name"


def _name_before(folded: str, end: int) -> int:
    """Where the longest name begins that ends at ``end``; ``end`` where none does."""
    for start in range(max(0, end - _LONGEST), end):
        week = folded[start] == "周" and folded[max(0, start - 1)] in _WHICH_WEEK
        if (
            not week
            and _BEFORE_ADDRESS.fullmatch(folded, start, end)
            and folded[start : start + 2] not in BEGIN_NO_NAME
        ):
            return start
    return end


def _latin(folded: str, numbers: list[int]) -> Found:
    for pattern in (_CALLED, _I_AM_TWO, _I_AM_ONE, _SIGNED_LATIN, _HERE):
        for found in pattern.finditer(folded):
            if found[1].split()[0] not in CAPITAL_NO_NAME:
                yield found.start(1), found.end(1), "name"
    for found in _LOWER_CALLED.finditer(folded):
        words = found[1].split()
        if words[0].lower() not in LOWER_NO_NAME:
            kept = words if len(words) > 1 and words[1].lower() not in LOWER_NO_NAME else words[:1]
            yield found.start(1), found.start(1) + len(" ".join(kept)), "name"
    for found in _WRITTEN_OUT.finditer(folded):
        given, *_, last = found[1].split()
        if given in GIVEN_NAMES and last not in CAPITAL_NO_NAME and not _AFTER_PLACE.match(folded, found.end(1)):
            yield found.start(1), found.end(1), "name"
    for found in _TITLED.finditer(folded):
        # “Sunset Dr Parking” is a street.
        if not (found[0].startswith("Dr") and _STREET_BEFORE.search(folded[: found.start()])):
            yield found.start(1), found.end(1), "name"
    for at in numbers:
        start = max(0, at - 50)
        if (beside := _BEFORE_PHONE.search(folded[start:at])) and CAPITAL_NO_NAME.isdisjoint(beside[1].split()):
            yield start + beside.start(1), start + beside.end(1), "name"
