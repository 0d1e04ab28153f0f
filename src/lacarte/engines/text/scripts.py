"""Scripts, and the languages that each tells."""

from __future__ import annotations

__all__ = ["BY_LETTER", "BY_SCRIPT", "RANGES", "SIMPLIFIED", "TRADITIONAL"]

#: First and last code point of what each script takes, in order.
RANGES: tuple[tuple[int, int, str], ...] = (
    (0x41, 0x24F, "latin"), (0x250, 0x2AF, "latin"), (0x370, 0x3FF, "greek"), (0x400, 0x52F, "cyrillic"),
    (0x530, 0x58F, "armenian"), (0x590, 0x5FF, "hebrew"), (0x600, 0x6FF, "arabic"), (0x750, 0x77F, "arabic"),
    (0x900, 0x97F, "devanagari"), (0x980, 0x9FF, "bengali"), (0xA00, 0xA7F, "gurmukhi"),
    (0xA80, 0xAFF, "gujarati"), (0xB80, 0xBFF, "tamil"), (0xC00, 0xC7F, "telugu"),
    (0xC80, 0xCFF, "kannada"), (0xD00, 0xD7F, "malayalam"),
    (0xD80, 0xDFF, "sinhala"), (0xE00, 0xE7F, "thai"), (0xE80, 0xEFF, "lao"), (0xF00, 0xFFF, "tibetan"),
    (0x1000, 0x109F, "burmese"), (0x10A0, 0x10FF, "georgian"), (0x1100, 0x11FF, "hangul"),
    (0x1200, 0x139F, "ethiopic"), (0x1780, 0x17FF, "khmer"), (0x1800, 0x18AF, "mongolian"),
    (0x1E00, 0x1EFF, "latin"), (0x3040, 0x30FF, "kana"), (0x3400, 0x9FFF, "han"), (0xAC00, 0xD7AF, "hangul"),
    (0xF900, 0xFAFF, "han"), (0xFB50, 0xFDFF, "arabic"), (0xFE70, 0xFEFF, "arabic"), (0xFF66, 0xFF9F, "kana"),
    (0x20000, 0x3FFFF, "han"),
)  # fmt: skip

#: The language that a script is written in, if there is nothing else to go by.
BY_SCRIPT: dict[str, str] = {
    "greek": "el", "cyrillic": "ru", "armenian": "hy", "hebrew": "he", "arabic": "ar", "devanagari": "hi",
    "bengali": "bn", "gurmukhi": "pa", "gujarati": "gu", "tamil": "ta", "telugu": "te", "kannada": "kn",
    "malayalam": "ml", "sinhala": "si", "thai": "th", "lao": "lo", "tibetan": "bo", "burmese": "my",
    "georgian": "ka", "hangul": "ko", "ethiopic": "am", "khmer": "km", "mongolian": "mn", "kana": "ja",
}  # fmt: skip

#: Letters by which another language of the same script shows.
BY_LETTER: dict[str, dict[str, str]] = {
    "cyrillic": {"uk": "іїєґІЇЄҐ", "be": "ўЎ", "sr": "ђћџљњЂЋЏЉЊ", "kk": "әғқңөұүһӘҒҚҢӨҰҮҺ"},
    "arabic": {"ur": "ٹڈڑںےہھۓ", "ps": "ټډړښځڅۍ", "ug": "ېۈۆۇەڭ", "fa": "پچژگکی"},  # the rarer letters first
    "devanagari": {"mr": "ळ"},
}

#: Signs of simplified Chinese that traditional does not have, and the other way round: in pairs, the commonest.
_PAIRS = (
    "这這个個们們来來为為说說国國时時会會过過对對后後学學里裡经經发發开開问問无無没沒现現实實长長动動"
    "样樣点點电電头頭话話还還见見听聽门門车車东東书書马馬气氣业業产產进進边邊区區请請让讓给給谢謝坏壞"
    "灯燈楼樓梯梯医醫爱愛亲親认認识識记記写寫读讀难難题題号號码碼钱錢买買卖賣饭飯馆館园園图圖场場办辦"
    "关關广廣厂廠观觀欢歡鸡雞岁歲万萬与與专專两兩严嚴丰豐临臨举舉义義乐樂习習乡鄉争爭于於亚亞仅僅从從"
    "仓倉仪儀价價众眾优優伤傷伦倫伟偉侧側债債倾傾儿兒党黨兰蘭养養兽獸内內冲衝决決况況净淨减減几幾凤鳳"
    "凭憑划劃刘劉则則刚剛创創别別制製剂劑剧劇劝勸务務劳勞势勢勋勳匀勻华華协協单單卢盧卫衛厅廳历歷压壓"
    "厌厭县縣参參双雙变變叶葉吓嚇吗嗎员員响響哑啞啰囉围圍圆圓圣聖坚堅块塊坟墳垒壘壳殼处處备備复復够夠"
    "夹夾夺奪奋奮奖獎妇婦妈媽姗姍娱娛孙孫宁寧宝寶审審宪憲宫宮宽寬宾賓寻尋导導将將尔爾尘塵尝嘗层層属屬"
    "岛島峡峽币幣师師带帶帮幫应應庙廟废廢库庫张張弯彎弹彈强強归歸当當录錄彻徹态態总總恶惡悬懸惊驚惧懼"
    "户戶扑撲执執扩擴扫掃扬揚扰擾抚撫抢搶护護报報担擔拥擁择擇挂掛损損换換据據摆擺摄攝数數断斷旧舊显顯"
    "晓曉术術机機权權条條杨楊极極构構标標树樹桥橋检檢橱櫥毁毀毕畢汇匯汉漢沟溝泪淚泽澤洁潔浅淺测測济濟"
    "浓濃涂塗润潤涨漲渐漸湾灣湿濕满滿滨濱滩灘灭滅灵靈灾災炉爐炼煉烂爛烟煙烦煩烧燒热熱独獨狭狹猪豬"
    "猫貓环環玛瑪疗療疯瘋监監盘盤矿礦础礎确確礼禮种種积積称稱稳穩穷窮窃竊竞競笔筆筑築签簽简簡类類"
    "粮糧紧緊红紅约約级級纪紀纯純纸紙纷紛纳納纵縱线線练練组組细細终終绍紹结結绕繞络絡绝絕统統继繼续續"
    "维維综綜绿綠编編缓緩缘緣缩縮网網罗羅罚罰职職联聯聪聰肃肅肠腸肤膚脑腦脏髒脚腳脸臉舰艦艺藝节節苏蘇"
    "荐薦药藥虑慮虽雖蚁蟻补補装裝规規视視览覽觉覺触觸订訂计計讨討训訓讯訊讲講许許论論设設访訪证證评評"
    "诉訴词詞译譯试試诗詩诚誠该該详詳语語误誤调調谁誰谈談谅諒谋謀负負财財责責败敗货貨质質购購贫貧贵貴"
    "费費资資赛賽赞贊赶趕趋趨跃躍践踐踪蹤轨軌转轉轮輪软軟轻輕载載较較辆輛输輸达達迁遷运運远遠违違连連"
    "迟遲适適选選递遞遗遺邮郵邻鄰郑鄭释釋针針钟鐘钢鋼钥鑰铁鐵铃鈴银銀链鏈销銷锁鎖错錯键鍵镇鎮闭閉间間"
    "闲閒闹鬧队隊阳陽阴陰阶階际際陆陸陈陳险險随隨隐隱雾霧静靜页頁顶頂项項顺順须須顾顧预預领領频頻"
    "颜顏额額风風飞飛饮飲饼餅驶駛驾駕验驗骑騎骗騙鱼魚鲜鮮鸟鳥麦麥黄黃齐齊龄齡龙龍"
)
SIMPLIFIED = frozenset(a for a, b in zip(_PAIRS[::2], _PAIRS[1::2], strict=True) if a != b)
TRADITIONAL = frozenset(b for a, b in zip(_PAIRS[::2], _PAIRS[1::2], strict=True) if a != b)
