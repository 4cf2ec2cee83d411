"""What residents may know, object to and have done: put together for who answers them (PIPL Art. 44 to 50).

`account` is everything that is kept of one resident, and `report` tells it in two languages; `exercise` takes
what they ask for, `explained` says why they are in their segment, `deciding` is for the people who answer.
Nothing here loads a data frame, a model or a server.
"""
