'use strict';
'require baseclass';
'require fs';
'require rpc';
'require uci';
'require ui';

/* What the pages of SyncFile share: the administration tool, and the state of the service. */

const PROGRAM = '/usr/bin/syncfile';
const INIT_SCRIPT = '/etc/init.d/syncfile';

const listServices = rpc.declare({
	object: 'service',
	method: 'list',
	params: [ 'name' ],
	expect: { '': {} }
});

function outputOf(done) {
	if (done.code === 0)
		return done.stdout || '';

	const said = (done.stderr || done.stdout || '').trim().replace(/^syncfile: /, '');

	throw new Error(said || _('It failed with code %d.').format(done.code));
}

return baseclass.extend({
	/* Resolves to what the tool prints; what it complains about is the message of the error. */
	run: function(words, env) {
		return fs.exec(PROGRAM, words, env).then(outputOf);
	},

	/* Resolves to what the tool prints as JSON, also where its exit code says that something is wrong. */
	read: function(words) {
		return fs.exec(PROGRAM, words.concat([ '--json' ])).then(function(done) {
			try {
				return JSON.parse(done.stdout);
			} catch (e) {
				return outputOf(Object.assign(done, { code: done.code || 1 }));
			}
		});
	},

	/* start, stop, restart, enable or disable the service. */
	control: function(action) {
		return fs.exec(INIT_SCRIPT, [ action ]).then(outputOf);
	},

	isRunning: function() {
		return L.resolveDefault(listServices('syncfile'), {}).then(function(services) {
			const instances = (services.syncfile || {}).instances || {};

			return Object.keys(instances).some(function(name) { return instances[name].running; });
		});
	},

	/* Where the web page is, as seen from the browser that asks; uci has to be loaded. */
	address: function() {
		const publicUrl = uci.get('syncfile', 'main', 'public_url');
		const scheme = uci.get('syncfile', 'main', 'tls_cert') ? 'https' : 'http';
		const port = uci.get('syncfile', 'main', 'port') || '8000';

		return publicUrl || '%s://%s:%s/'.format(scheme, window.location.hostname, port);
	},

	/* Shows an error as what it says, above the page. */
	complain: function(error) {
		ui.addNotification(null, E('p', {}, [ error.message ]), 'danger');
	}
});
