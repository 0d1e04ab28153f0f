"""What looks like a name and is none."""

from __future__ import annotations

_CHINESE = """
谢谢 高兴 高中 高三 高一 高二 高龄 高层 高新 方便 方向 方式 方面 方案 万分 万一 万科 马上 马路 马桶 周边 周围
周末 周一 周二 周三 周四 周五 周六 周日 常住 常年 常德 常委 时候 时间 时常 时期 应该 应当 应急 全体 全家 全部
全市 全职 全程 全国 安全 安徽 安装 安静 安置 江西 江苏 江南 江边 石油 石家 石子 金融 金额 金属 文明 文化 文件
温馨 温度 温州 关于 关注 关闭 关系 路过 路边 路人 路口 路灯 路面 路上 明天 明白 成都 成为 成人 成立 成华 单身
单位 单亲 单元 单车 管理 管道 管委 游客 游戏 游泳 农民 农村 农业 农历 解决 解释 解放 房东 房主 房屋 房产 房子
房间 车主 车库 车位 车辆 车间 车上 车子 车祸 连续 连夜 连云 简单 简直 古城 古老 左右 左侧 左边 边上 边界 向上
向前 沙坪 党员 师傅 司机 司法 查看 查询 查处 华为 华侨 华润 商场 任何 任务 任意 任由 何时 何处 何人 何况 何必
于是 于今 康复 康养 申请 申诉 包括 包工 包装 尚未 尚可 曾经 曾在 曾多 项目 符合 白天 白领 夏天 夏季 秦皇 黄金
黄昏 黄河 黄牛 黄线 龙头 雷雨 雷锋 毛病 严重 严格 严禁 莫名 孔雀 牛奶 易燃 庄严 章程 焦急 宁愿 季节 盛夏 蓝天
蓝色 辛苦 辛勤 蒙蔽 华丽 屈服 饶恕 尤其 阳台 阳光 卓越 吉林 景区 景点 费用 冷气 席位 卫生 卫健 宗旨 麻烦 麻将
苑里 迟到 毕业 许多 许可 余款 余额 丁字 程序 程度 钟表 陆续 范围 付款 付费 付出 段时 段路 史上 顾客 武汉 罗湖
林业 林场 林地 田地 田间 胡同 胡乱 唐山 许昌 韩国 杜绝 叶子 苏州 龙岗 向您 向贵 柴油 童年 柳州 梅雨 纪委 纪律
祝您 祝领 祝愿 祝福 包含 贺喜 施工 施行 康乐 莫非 童车 鲁莽 聂市 路段 路侧 路政 司空 金牛 白云 王府 石桥 张家
李家 陈家 王家 刘家 杨家 黄家 周家 高铁 高速 高峰 高温 高压 高空 高楼 高价 高度 万元 万人 万达 万家 方圆 金色
金桥 白色 江湖 安排 安居 安家 向阳 成年 成本 成绩 成功 单独 单价 单双 管网 管家 连接 连锁 连带 车道 车牌 车站
车速 房价 房租 房管 文体 文字 路况 路线 路名 华夏 田园 席地 沈阳 石材 石板 余地 叶片 苗圃 苗木 柏油 燕山 齐全
齐心 于某 张贴 熊孩 高达 方可 任课 包干 查视 关切 成效 相关 高考 全身 高声
"""
_CAPITALS = """
A An The I It This That These Those We You They He She My Your Our His Her Its Not No Yes So Very Just Still
Also And But Or If When Where What Why How Who Please Thank Thanks Hello Hi Dear Since For From To In On At By
Of American British Canadian Chinese English French German Indian Irish Italian Japanese Korean Mexican Russian
Spanish Filipino Vietnamese African Asian European Ukrainian Polish Brazilian Turkish Syrian Afghan Muslim
Christian Jewish Catholic Hindu Buddhist Deaf Blind Disabled Autistic Black White Latino Latina Monday Tuesday
Wednesday Thursday Friday Saturday Sunday January February March April May June July August September October
November December City Council Department Police Fire Water Power Gas Electric Parks Public Works Library School
Hospital Office Service Services Customer Support Help Request Number Street North South East West Upper Lower
Old New Great Little Open Closed Other Unknown Anonymous None Parking Recology Muni Bart Caltrans Road Avenue
Main Market Housing Health Social Community District Neighborhood Neighbourhood State County Federal National
Central Emergency Sorry Happy Glad Sure Afraid Writing Reporting Calling Concerned Worried Tired
Send Fax Weekdays Transportation
Engineering Traffic

Maintenance Division Bureau Inspector Clerk Manager Supervisor Mapping Sewer
Recreation Human Resources
"""
_LOWER = """
on not in the and but or a an is was also still being missing spelled spelt wrong unknown listed misspelled here
there to for already at of no below above attached private important known i my
"""
#: Two signs that begin with a surname and are an everyday word.
BEGIN_NO_NAME = frozenset(_CHINESE.split())
#: Words with a capital after “I am” or “contact” that are no names.
CAPITAL_NO_NAME = frozenset(_CAPITALS.split())
#: What follows “my name is” or “name:” without telling it.
LOWER_NO_NAME = frozenset(_LOWER.split())
