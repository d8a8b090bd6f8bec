'use strict';
'require view';
'require fs';
'require poll';
'require syncfile.program as program';

return view.extend({
	handleSaveApply: null,
	handleSave: null,
	handleReset: null,

	/* logread ends with 1 if there is no line. */
	load: function() {
		return fs.exec('/sbin/logread', [ '-e', 'syncfile' ]).then(function(done) { return (done.stdout || '').trim(); });
	},

	show: function(text) {
		const area = document.getElementById('syncfile-log');
		const isAtEnd = area.scrollTop + area.clientHeight >= area.scrollHeight - 4;

		area.value = text || _('Nothing was logged since the router started.');
		if (isAtEnd)
			area.scrollTop = area.scrollHeight;
	},

	render: function(text) {
		poll.add(L.bind(function() {
			return this.load().then(L.bind(this.show, this), program.complain);
		}, this), 5);

		return E('div', { 'class': 'cbi-map' }, [
			E('h2', {}, [ _('SyncFile log') ]),
			E('textarea', {
				'id': 'syncfile-log',
				'class': 'cbi-input-textarea',
				'style': 'width: 100%; font-family: monospace; font-size: 12px',
				'readonly': 'readonly',
				'wrap': 'off',
				'rows': 30,
				'aria-label': _('SyncFile log')
			}, [ text || _('Nothing was logged since the router started.') ])
		]);
	}
});
